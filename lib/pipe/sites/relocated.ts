import { join, relative } from 'node:path';
import type { PythonRun } from '../execute/executor.ts';
import type { Layout } from '../store/layout.ts';
import type { BatchHead } from './protocol.ts';
import type { Common, ShippedStage } from './ticket.ts';

/** A driver's project, the directory of a job that stands for it, and the one with the packages. */
interface Places {
  readonly from: string;
  readonly layout: Layout;
  readonly directory: string;
}

/** What a driver says of files of its project, of the same ones in the directory of a job. */
export function relocated(
  head: BatchHead,
  layout: Layout,
  directory: string,
): BatchHead & { common: Common } {
  const places = { from: head.project, layout, directory };
  const common = head.common as unknown as Common;
  const stages = Object.entries(common.stages).map(
    ([kind, stage]) => [kind, stageIn(places, stage)] as const,
  );
  const questions = head.questions?.map((each) => ({ ...each, request: requestIn(places, each.request) }));
  return {
    ...head,
    ...(questions && { questions }),
    common: { ...common, layout, stages: Object.fromEntries(stages) } as unknown as BatchHead['common'] &
      Common,
  };
}

function stageIn(places: Places, stage: ShippedStage): ShippedStage {
  const { check, python } = stage;
  return {
    ...stage,
    bundle: stage.bundle === null ? null : placeIn(places, stage.bundle),
    python: python === null ? null : { ...python, ...pythonIn(places, python) },
    check: check === null ? null : { ...check, request: requestIn(places, check.request) },
  };
}

function requestIn<T extends { readonly bundle: string; readonly python: PythonRun | null }>(
  places: Places,
  request: T,
): T {
  const { bundle, python } = request;
  return {
    ...request,
    bundle: placeIn(places, bundle),
    python: python === null ? null : { ...python, ...pythonIn(places, python) },
  };
}

/** An interpreter is not sent: one in the project is the one that lies beside the packages. */
function pythonIn(places: Places, { executable, files, kept }: PythonRun): PythonRun {
  return {
    executable: placeIn({ ...places, layout: { ...places.layout, project: places.directory } }, executable),
    files: files.map(([path, text]) => [placeIn(places, path), text]),
    kept: placeIn(places, kept),
  };
}

function placeIn({ from, layout }: Places, path: string): string {
  return path.startsWith(`${from}/`) ? join(layout.project, relative(from, path)) : path;
}

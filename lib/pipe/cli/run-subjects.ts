import { basename } from 'node:path';
import { keptParams } from '../run/kept-lock.ts';
import { readEvents, runNamed } from '../run/past-runs.ts';
import { openEngine } from '../run/session.ts';
import { layoutOf, runsPath } from '../store/layout.ts';
import { configurationOfRun, lockOfRun } from './built.ts';
import type { Subject } from './compare.ts';
import type { Context } from './context.ts';
import { taskMetrics } from './view/task-metrics.ts';

/** Of names, the directories of past runs that some stand for, and the others. */
export function pastRuns(
  directory: string,
  names: readonly string[],
): { readonly runs: readonly string[]; readonly others: readonly string[] } {
  const place = runsPath(layoutOf(directory));
  const found = names.map((name) => runNamed(place, name));
  return {
    runs: [...new Set(found.filter((run) => run !== null))],
    others: names.filter((_, index) => found[index] === null),
  };
}

/** Past runs as rows of a table, by the locks that were kept of them; null after saying of which none was. */
export async function runSubjects(
  context: Context,
  directory: string,
  runs: readonly string[],
): Promise<readonly Subject[] | null> {
  const subjects: Subject[] = [];
  for (const run of runs) {
    const lock = lockOfRun(context, run);
    const configured = lock === null ? null : configurationOfRun(context, directory, run);
    if (lock === null || configured === null) return null;
    const { graph, manifest } = configured;
    const { rows: metrics } = await taskMetrics(graph.tasks, lock, openEngine(directory).blobs);
    const params = keptParams(run) ?? manifest.params;
    subjects.push({ name: basename(run), state: stateOf(run), params, metrics, alone: true });
  }
  return subjects;
}

function stateOf(run: string): string {
  const finished = readEvents(run).findLast((event) => event.type === 'run-finished');
  if (finished === undefined) return 'interrupted';
  if (finished.stopped === true) return 'stopped';
  return finished.failed > 0 ? 'failed' : 'finished';
}

import { requestFor } from '../code/check.ts';
import type { Variables } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import { actionToRun } from '../plan/plan.ts';
import type { Survey } from '../run/survey.ts';
import type { ShippedStage, Ticket } from './ticket.ts';

/** All that carrying out a task takes, of which everything before it is known. */
export function ticketOf(task: Task, { facts, known, sources }: Survey): Ticket {
  const { id, point, params, previous, inputs, outputs, needs } = task;
  const own = inputs.flatMap(({ sources: all }) =>
    all.flatMap((each) => (each.kind === 'output' ? [] : [each])),
  );
  const files = own.map((source) => sources.files(source));
  return {
    stage: task.stage.name,
    task: { id, point, params: { ...params, values: params.values }, previous, inputs, outputs },
    makers: needs.map((index) => [index, facts.graph.tasks[index]!.outputs, known[index]!]),
    files: files.map((list, index) => {
      const source = own[index]!;
      const directory = source.kind === 'path' && sources.isDirectory(source);
      return { names: list.map(({ name }) => name), directory };
    }),
    seen: files.flat().map(({ name, digest }) => [name, digest]),
    ...(facts.forced(task) && { anew: true }),
  };
}

/** What is the same for all tasks of a stage that have the same parameters. */
export function shippedStage(task: Task, survey: Survey, environment: Variables): ShippedStage {
  const { name, work, timeout, env, passEnv, retries, resources } = task.stage;
  const code = survey.bundles.get(name);
  const files = work.kind === 'cmd' ? (code?.files ?? []) : [];
  const { toolchain, packages } = actionToRun(task, survey.facts).action;
  const asked = work.kind === 'use' && code !== undefined && Object.keys(toolchain ?? {}).length > 0;
  const request = asked ? requestFor(task.stage, [task], code, survey.sources, environment) : null;
  return {
    stage: { name, work, timeout, env, passEnv, retries, resources },
    bundle: code?.bundle ?? null,
    python: code?.python ?? null,
    code: files.flatMap((path) => {
      const digest = survey.digests.digest(path);
      return digest === null ? [] : [[path, digest] as const];
    }),
    packages: packages ?? {},
    check: request === null ? null : { request, toolchain: toolchain ?? {} },
  };
}

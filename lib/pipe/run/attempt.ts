import type { Digest } from '../digest.ts';
import { taskRequest } from '../execute/request.ts';
import type { Graph, Task, TaskSource } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import { planTask, type PlannedTask } from '../plan/plan.ts';
import type { OutputDigests } from '../plan/record.ts';
import { collectOutputs, unfitOutput } from './collect.ts';
import type { Execution, Surroundings } from './execution.ts';
import { lostSource, markInputs, markSources, movedInputs, type InputMarks } from './input-marks.ts';
import { provideInputs } from './provide-inputs.ts';
import { withRetries } from './retries.ts';
import { codeEdited, tellOfCode } from './task-code.ts';
import { inputUndeclared, nameIn, warnOfReads } from './undeclared-reads.ts';

export type StalePlan = Extract<PlannedTask, { plan: { state: 'stale' } }>;

export type Produced =
  | {
      readonly type: 'done';
      readonly action: string;
      readonly fingerprint: Digest;
      readonly outputs: OutputDigests;
      /** How long it took where it ran, if not here. */
      readonly ms?: number;
      /** Its outputs are in place already, or left at the remote cache, which has them. */
      readonly placed?: true;
    }
  | Failure;

/** Losing a task to a power cut costs this long at least before waiting for the disk is worth it; ms. */
export const durableFrom = 1000;
/** How often a task starts over because its input files changed under it. */
export const mostStarts = 3;

/**
 * Runs a task to its end, retries included, and puts what it wrote into the store and the action cache. A
 * result counts only when all inputs lie as they lay when it started. When a task that starts over finds the
 * same paths changed in the same way and writes the same bytes, the change is its own doing, and the result that
 * of the inputs as they were before.
 */
export async function produceOutputs(task: Task, plan: StalePlan, execution: Execution): Promise<Produced> {
  const beside = execution.beside.enter(task.id);
  try {
    let before = '';
    for (let start = 1; ; start++) {
      const ready = await readyToStart(task, start === 1 ? plan : null, execution);
      if ('type' in ready) return ready;
      const result = await withRetries(task.stage.retries, execution, () => attempt(task, ready, execution));
      if (result.type === 'failed') return result;
      const ownDoing = result.moved.length > 0 && result.trace === before;
      if (result.moved.length === 0 || ownDoing) {
        if (ownDoing) await putBack(task, result.moved, execution);
        const { action, fingerprint } = ready.plan;
        const { outputs, ms } = result;
        // The commit: its bytes are in the store by now, and a process that dies before this line has left no result.
        execution.engine.actions.record(fingerprint, { outputs, ms }, ms >= durableFrom);
        return { type: 'done', action, fingerprint, outputs };
      }
      before = result.trace;
      if (start === mostStarts) return inputsRestless(task, result.moved, beside.others, execution);
      execution.listener.warning(`${result.moved[0]!} changed while the task ran; it starts over`);
    }
  } finally {
    beside.leave();
  }
}

/** A plan for the inputs as they lie, and how they do. */
interface Ready {
  readonly plan: StalePlan;
  readonly marks: InputMarks;
}

/** `plan` holds as long as everything lies as it did when it was made. */
export async function readyToStart(
  task: Task,
  plan: StalePlan | null,
  execution: Surroundings,
): Promise<Ready | Failure> {
  const lost = await provideInputs(task, execution);
  if (lost !== null) return lost;
  const { survey } = execution;
  const moved = movedInputs(markSources(task, survey), execution).length > 0;
  // Another task may have seen a change that this plan was made before.
  if (!moved && !survey.sources.disturbed && plan !== null) {
    return { plan, marks: markInputs(task, survey) };
  }
  const gone = lostSource(task, survey);
  if (gone !== null) return { type: 'failed', log: null, reason: 'input-missing', ...gone };
  const planned = planTask(task, { ...survey.facts, forced: () => true }, survey.known);
  if (planned.plan.state !== 'stale') throw new Error(`${task.id} lost an input that it had`);
  return { plan: planned as StalePlan, marks: markInputs(task, survey) };
}

/** What a command changed of the outputs of others is brought back; what it did to files of the project stays. */
async function putBack(task: Task, moved: readonly string[], execution: Execution): Promise<void> {
  await provideInputs(task, execution);
  execution.listener.warning(
    `it changes its own input ${moved[0]!}, which others read; a command is to write to its outputs only`,
  );
}

/** Names those that may have done it: they ran meanwhile, and have the same input. */
export function inputsRestless(
  task: Task,
  paths: readonly string[],
  others: ReadonlySet<string>,
  { survey: { facts } }: Surroundings,
): Failure {
  const suspects = [task.id, ...others].filter((id) => {
    const inputs = facts.graph.byId.get(id)?.inputs ?? [];
    return inputs.some(({ sources }) => sources.some((source) => mayBe(source, paths, facts.graph)));
  });
  return { type: 'failed', log: null, reason: 'input-changed', paths, times: mostStarts, suspects };
}

function mayBe(source: TaskSource, paths: readonly string[], graph: Graph): boolean {
  if (source.kind === 'glob') return paths.includes(source.pattern);
  const path = source.kind === 'path' ? source.path : graph.tasks[source.task]!.outputs[source.output]!.path;
  return paths.some((each) => each === path || each.startsWith(`${path}/`));
}

type Attempted =
  | {
      readonly type: 'done';
      readonly outputs: OutputDigests;
      readonly ms: number;
      /** Paths of inputs that changed meanwhile; and all that came of it, to be compared with another time. */
      readonly moved: readonly string[];
      readonly trace: string;
    }
  | Failure;

async function attempt(task: Task, { plan, marks }: Ready, execution: Execution): Promise<Attempted> {
  const { engine, survey, work, threads, devices, listener, signal } = execution;
  const directory = work.open(task);
  try {
    const request = taskRequest(task, {
      project: engine.layout.project,
      graph: survey.facts.graph,
      known: survey.known,
      sources: survey.sources,
      blobs: engine.blobs,
      environment: engine.environment,
      bundle: survey.bundles.get(task.stage.name)?.bundle ?? null,
      python: survey.bundles.get(task.stage.name)?.python ?? null,
      work: directory,
      threads,
      devices,
    });
    tellOfCode(task, execution);
    const startedAt = Date.now();
    const result = await engine.workers.execute(request, listener, signal);
    if (result.type === 'failed') return result;
    const undeclared = result.undeclared.map((path) => nameIn(engine.layout.project, path));
    if (undeclared.length > 0) {
      if (execution.options.strict === true) return inputUndeclared(undeclared);
      warnOfReads(task, undeclared, execution);
    }
    const edited = codeEdited(task, survey);
    if (edited !== null) return edited;
    const unfit = unfitOutput(task, directory.outputs);
    if (unfit !== null) return unfit;
    const ms = Date.now() - startedAt;
    const moved = movedInputs(marks, execution);
    if (moved.length === 0) await execution.over();
    const outputs = await collectOutputs(task, directory.outputs, engine, ms >= durableFrom);
    const after = moved.map((path) => survey.digests.digest(path));
    return {
      type: 'done',
      outputs,
      ms,
      moved,
      trace: JSON.stringify([plan.fingerprint, outputs, moved, after]),
    };
  } finally {
    work.close(directory.path);
  }
}

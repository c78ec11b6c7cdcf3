import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskSource } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import { planTask, type PlannedTask } from '../plan/plan.ts';
import type { OutputDigests } from '../plan/record.ts';
import { collectOutputs, unfitOutput } from './collect.ts';
import type { Engine } from './engine.ts';
import type { TaskListener } from '../execute/executor.ts';
import { taskRequest } from '../execute/request.ts';
import {
  lostSource,
  madeInputs,
  markInputs,
  markSources,
  movedInputs,
  type Beside,
  type InputMarks,
} from './input-marks.ts';
import type { Survey } from './survey.ts';
import { codeEdited, tellOfCode } from './task-code.ts';
import type { WorkDirectories } from './work-directory.ts';
import { refusalIn } from '../store/refused.ts';

export type StalePlan = Extract<PlannedTask, { plan: { state: 'stale' } }>;

export interface Execution {
  readonly engine: Engine;
  readonly survey: Survey;
  readonly work: WorkDirectories;
  readonly threads: number;
  /** GPUs that it holds. */
  readonly devices: readonly string[];
  readonly listener: TaskListener;
  readonly options: { readonly strict?: boolean };
  /** Undeclared reads that were warned of in this run, each as stage and path. */
  readonly told: Set<string>;
  readonly beside: Beside;
  readonly signal: AbortSignal;
  /** Called when nothing runs for the task any more; resolves when those that waited for its place have it. */
  readonly over: () => Promise<void>;
}

/** What of it does not hang on where the task runs. */
export type Surroundings = Omit<Execution, 'threads' | 'devices' | 'over' | 'work'>;

export type Produced =
  | {
      readonly type: 'done';
      readonly action: string;
      readonly fingerprint: Digest;
      readonly outputs: OutputDigests;
      /** How long it took where it ran, if not here. */
      readonly ms?: number;
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

/** Failures that another attempt would only repeat. */
const inVain: readonly Failure['reason'][] = ['store-failed', 'bad-input', 'input-undeclared'];

export async function withRetries<T extends { readonly type: string }>(
  retries: number,
  { listener, signal }: Pick<Execution, 'listener' | 'signal'>,
  attempted: () => Promise<T | Failure>,
): Promise<T | Failure> {
  for (let retry = 1; ; retry++) {
    const result = await attempted();
    const last = retry > retries || signal.aborted;
    if (!isFailure(result) || last || inVain.includes(result.reason)) return result;
    listener.warning(`failed (${result.reason}); retry ${retry} of ${retries}`);
    const stopped = await pause(Math.min(1000, 50 * 2 ** retry), signal);
    if (stopped) return result;
  }
}

function isFailure(result: { readonly type: string }): result is Failure {
  return result.type === 'failed';
}

/** Ends early, and gives true, when the run is stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return false;
  } catch (error) {
    if (!signal.aborted) throw error;
    return true;
  }
}

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

function inputUndeclared(paths: readonly string[]): Failure {
  return { type: 'failed', log: null, reason: 'input-undeclared', paths };
}

/** Once for each stage and file, however many tasks read it. */
export function warnOfReads(task: Task, paths: readonly string[], { listener, told }: Surroundings): void {
  for (const path of paths) {
    const key = `${task.stage.name} ${path}`;
    if (told.has(key)) continue;
    told.add(key);
    listener.warning(
      `stage ${task.stage.name} read ${path}, which is none of its inputs: a change there reruns nothing`,
    );
  }
}

/** Project-relative inside the project; the slash at the end of a directory is kept. */
export function nameIn(project: string, path: string): string {
  if (path === `${project}/`) return './';
  return path.startsWith(`${project}/`) ? path.slice(project.length + 1) : path;
}

/**
 * Makes sure that the bytes of other tasks' outputs are where the task will read them: for a module intact
 * in the store, for a command in `artifacts/` too. What is in one of the two is copied to the other.
 */
async function provideInputs(task: Task, { engine, survey }: Surroundings): Promise<Failure | null> {
  const { artifacts } = survey;
  for (const { name, output, digest, file } of madeInputs(task, survey)) {
    const stored = () => engine.blobs.holds(output, digest);
    const inPlace = () => artifacts.holds(output, digest);
    const command = task.stage.work.kind === 'cmd';
    if (command) survey.digests.moved(artifacts.mark(output));
    if (command && !output.directory && inPlace()) continue;
    if (!stored() && !artifacts.mend(output, digest)) {
      const missing = {
        input: name,
        path: output.path,
        ...(output.temp === true && { temp: true as const }),
      };
      return { type: 'failed', log: null, reason: 'input-missing', ...missing };
    }
    if (command && !inPlace()) await artifacts.placeOne(output, digest);
    if (file !== null && survey.facts.member(output, digest, file) === null)
      return {
        type: 'failed',
        log: null,
        reason: 'input-missing',
        input: name,
        path: `${output.path}/${file}`,
      };
  }
  return null;
}

type StoreFailure = Extract<Failure, { reason: 'store-failed' }>;

/** Whether an error is the disk's doing: full, read-only, not permitted. Anything else is a bug. */
export function storeFailure(error: unknown, project: string): StoreFailure {
  const refusal = refusalIn(error);
  if (refusal === null) throw error;
  return { type: 'failed', log: null, reason: 'store-failed', ...refusal, path: refusal.path ?? project };
}

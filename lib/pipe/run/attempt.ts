import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import { planTask, type PlannedTask } from '../plan/plan.ts';
import type { OutputDigests } from '../plan/record.ts';
import { collectOutputs, missingOutput } from './collect.ts';
import type { Engine } from './engine.ts';
import type { TaskListener } from '../execute/executor.ts';
import { taskRequest } from '../execute/request.ts';
import type { Survey } from './survey.ts';
import { codeEdited, tellOfCode } from './task-code.ts';
import type { WorkDirectories } from './work-directory.ts';

export type StalePlan = Extract<PlannedTask, { plan: { state: 'stale' } }>;

export interface Execution {
  readonly engine: Engine;
  readonly survey: Survey;
  readonly work: WorkDirectories;
  readonly threads: number;
  readonly listener: TaskListener;
  readonly options: { readonly strict?: boolean };
  /** Undeclared reads that were warned of in this run, each as stage and path. */
  readonly told: Set<string>;
  readonly signal: AbortSignal;
  /** Called when nothing runs for the task any more; resolves when those that waited for its place have it. */
  readonly over: () => Promise<void>;
}

export type Produced =
  | {
      readonly type: 'done';
      readonly action: string;
      readonly fingerprint: Digest;
      readonly outputs: OutputDigests;
    }
  | Failure;

/** Losing a task to a power cut costs this long at least before waiting for the disk is worth it; ms. */
const durableFrom = 1000;
/** How often a task starts over because its input files changed under it. */
const mostStarts = 3;

/** Runs a task to its end, retries included, and puts what it wrote into the store and the action cache. */
export async function produceOutputs(task: Task, plan: StalePlan, execution: Execution): Promise<Produced> {
  let current: StalePlan = plan;
  for (let start = 1; ; start++) {
    const lost = await provideInputs(task, execution);
    if (lost !== null) return lost;
    const result = await withRetries(task, current, execution);
    if (result.type === 'failed') return result;
    if (result.type === 'done') {
      const { action, fingerprint } = current;
      const { outputs, ms } = result;
      execution.engine.actions.record(fingerprint, { outputs, ms }, ms >= durableFrom);
      return { type: 'done', action, fingerprint, outputs };
    }
    if (start === mostStarts) return inputsRestless();
    execution.listener.warning('an input file changed while the task ran; it starts over');
    current = result.now;
  }
}

/** The plan for the input files as they are by now. */
function replan(task: Task, { survey }: Execution): StalePlan {
  for (const { sources } of task.inputs) {
    for (const source of sources) {
      if (source.kind === 'output') continue;
      for (const { name } of survey.sources.files(source)) survey.digests.forget(name);
    }
  }
  const facts = { ...survey.facts, forced: () => true };
  const planned = planTask(task, facts, survey.known);
  if (planned.plan.state !== 'stale') throw new Error(`${task.id} lost an input that it had`);
  return planned as StalePlan;
}

function inputsRestless(): Failure {
  const message = `its input files changed while it ran, ${mostStarts} times in a row`;
  return { type: 'failed', log: null, reason: 'threw', message, stack: '' };
}

type Attempted =
  | { readonly type: 'done'; readonly outputs: OutputDigests; readonly ms: number }
  /** Meanwhile its inputs became others; the plan for these. */
  | { readonly type: 'overtaken'; readonly now: StalePlan }
  | Failure;

/** Failures that another attempt would only repeat. */
const inVain: readonly Failure['reason'][] = ['store-failed', 'bad-input', 'input-undeclared'];

async function withRetries(task: Task, plan: StalePlan, execution: Execution): Promise<Attempted> {
  for (let retry = 1; ; retry++) {
    const result = await attempt(task, plan, execution);
    const last = retry > task.stage.retries || execution.signal.aborted;
    if (result.type !== 'failed' || last || inVain.includes(result.reason)) return result;
    execution.listener.warning(`failed (${result.reason}); retry ${retry} of ${task.stage.retries}`);
    await pause(Math.min(1000, 50 * 2 ** retry), execution.signal);
  }
}

/** Ends early when the run is stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function attempt(task: Task, plan: StalePlan, execution: Execution): Promise<Attempted> {
  const { engine, survey, work, threads, listener, signal } = execution;
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
    const missing = missingOutput(task, directory.outputs);
    if (missing !== null) return missing;
    const ms = Date.now() - startedAt;
    const now = replan(task, execution);
    if (now.fingerprint !== plan.fingerprint) return { type: 'overtaken', now };
    await execution.over();
    const outputs = await collectOutputs(task, directory.outputs, engine, ms >= durableFrom);
    return { type: 'done', outputs, ms };
  } finally {
    work.close(directory.path);
  }
}

function inputUndeclared(paths: readonly string[]): Failure {
  return { type: 'failed', log: null, reason: 'input-undeclared', paths };
}

/** Once for each stage and file, however many tasks read it. */
function warnOfReads(task: Task, paths: readonly string[], { listener, told }: Execution): void {
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
function nameIn(project: string, path: string): string {
  if (path === `${project}/`) return './';
  return path.startsWith(`${project}/`) ? path.slice(project.length + 1) : path;
}

/**
 * Makes sure that the bytes of other tasks' outputs are where the task will read them: for a module intact
 * in the store, for a command in `artifacts/` too. What is in one of the two is copied to the other.
 */
async function provideInputs(task: Task, { engine, survey }: Execution): Promise<Failure | null> {
  for (const { name, sources } of task.inputs) {
    for (const source of sources) {
      if (source.kind !== 'output') continue;
      const output = survey.facts.graph.tasks[source.task]!.outputs[source.output]!;
      const digest = survey.known[source.task]![output.name]!;
      const stored = () => engine.blobs.holds(output, digest);
      const inPlace = () => survey.artifacts.holds(output, digest);
      const command = task.stage.work.kind === 'cmd';
      if (command && !output.directory && inPlace()) continue;
      if (!stored() && !survey.artifacts.mend(output, digest)) {
        return { type: 'failed', log: null, reason: 'input-missing', input: name, path: output.path };
      }
      if (command && !inPlace()) await survey.artifacts.placeOne(output, digest);
    }
  }
  return null;
}

type StoreFailure = Extract<Failure, { reason: 'store-failed' }>;

/** Whether an error is the disk's doing: full, read-only, not permitted. Anything else is a bug. */
export function storeFailure(error: unknown, project: string): StoreFailure {
  const { code, path, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return { type: 'failed', log: null, reason: 'store-failed', code, path: path ?? project, message };
}

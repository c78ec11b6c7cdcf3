import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Failure } from '../plan/outcome.ts';
import type { OutputDigests } from '../plan/record.ts';
import { look } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import { openLock } from '../store/lock.ts';
import { thisProcess } from '../store/process-identity.ts';
import { filesBelow, treeDigest } from '../store/tree.ts';
import type { Engine } from '../run/engine.ts';
import type { TaskListener } from '../execute/executor.ts';
import type { StatedCapacity } from '../execute/capacity.ts';
import { Gate, type Place } from '../execute/gate.ts';
import { whileHeld, type Locked, type Waiter } from '../run/hold.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import type { Selection } from '../run/project.ts';
import { taskRequest } from '../execute/request.ts';
import { survey, type Survey } from '../run/survey.ts';
import { capacityFor, unmetBy } from '../run/unmet.ts';
import { WorkDirectories } from '../run/work-directory.ts';

/** An output file that came out otherwise; a null path is a file that is there on one side only. */
export interface OutputDifference {
  readonly output: string;
  /** Project-relative, in `artifacts/`. */
  readonly path: string;
  /** Absolute paths of the recorded bytes and of the new ones. */
  readonly before: string | null;
  readonly after: string | null;
}

export type Rerun =
  | { readonly type: 'same'; readonly ms: number }
  | { readonly type: 'differs'; readonly outputs: readonly OutputDifference[] }
  | { readonly type: 'failed'; readonly failure: Failure; readonly tail: readonly string[] }
  /** What is not up to date would come out otherwise anyway. */
  | { readonly type: 'skipped'; readonly reason: 'not-up-to-date' }
  | {
      readonly type: 'skipped';
      readonly reason: 'input-not-in-store' | 'input-temporary';
      readonly path: string;
    };

export interface RerunOptions extends Waiter {
  /** Tasks to run again, and with all that they need. */
  readonly tasks: Selection;
  readonly selection: Selection;
  readonly jobs: number;
  /** What else they may hold together; unless given, what the machine has and the file says. */
  readonly capacity?: StatedCapacity;
  /** Called as each task ends; files that differ are there until its promise is settled. */
  readonly ended: (task: Task, rerun: Rerun) => Promise<void>;
}

export type RerunSummary =
  | { readonly type: 'finished' }
  | {
      readonly type: 'refused';
      readonly stageIssues: readonly StageIssue[];
      readonly inputIssues: readonly InputIssue[];
    }
  | Locked;

/**
 * Runs tasks that are up to date once more, each in a directory of its own that goes afterwards, and
 * compares what they write with what is recorded. Neither the store nor `artifacts/` nor the lock change.
 */
export async function rerunTasks(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RerunOptions,
): Promise<RerunSummary> {
  const { project } = engine.layout;
  // A command reads its inputs in artifacts/: no run may change them meanwhile.
  const summary = await whileHeld(project, options, () => rerunHeld(engine, manifest, graph, options));
  return summary.type === 'stopped' ? { type: 'finished' } : summary;
}

async function rerunHeld(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RerunOptions,
): Promise<RerunSummary> {
  const work = new WorkDirectories(engine.layout, thisProcess());
  try {
    const lock = openLock(engine.layout.project, manifest.profile, manifest.experiment);
    const { selection, signal } = options;
    const found = await survey(engine, { manifest, graph, lock, selection, force: new Set(), signal });
    const gate = new Gate(capacityFor(engine, manifest, { ...options.capacity, jobs: options.jobs }));
    const { inputIssues } = found;
    const lacking = unmetBy(
      new Set([...options.tasks].map((index) => graph.tasks[index]!.stage)),
      gate.capacity,
      engine,
    );
    const stageIssues = [...found.stageIssues, ...lacking];
    if (stageIssues.length + inputIssues.length > 0) return { type: 'refused', stageIssues, inputIssues };
    await rerunAll({ engine, graph, survey: found, work, gate }, options);
    return { type: 'finished' };
  } finally {
    await work.closeAll();
  }
}

interface Parts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly survey: Survey;
  readonly work: WorkDirectories;
  readonly gate: Gate;
}

async function rerunAll(parts: Parts, { tasks, signal, ended }: RerunOptions): Promise<void> {
  const one = async (task: Task) => {
    const place = await parts.gate.enter(task.stage.resources);
    try {
      if (signal.aborted) return;
      await rerunTask(task, parts, place, signal, (rerun) => ended(task, rerun));
    } finally {
      place.leave();
    }
  };
  await Promise.all([...tasks].sort((a, b) => a - b).map((index) => one(parts.graph.tasks[index]!)));
}

/** Files that differ lie in the task's directory, so the caller says when that may go. */
async function rerunTask(
  task: Task,
  parts: Parts,
  place: Place,
  signal: AbortSignal,
  ended: (rerun: Rerun) => Promise<void>,
): Promise<void> {
  const planned = parts.survey.plans.get(task.index)!;
  const gone = planned.plan.state === 'fresh' ? inputGone(task, parts) : null;
  if (planned.plan.state !== 'fresh') await ended({ type: 'skipped', reason: 'not-up-to-date' });
  else if (gone !== null) await ended({ type: 'skipped', ...gone });
  else {
    const directory = parts.work.open(task);
    try {
      const rerun = await compareOnce(task, planned.outputs!, { ...parts, directory, place, signal });
      if (!signal.aborted) await ended(rerun);
    } finally {
      parts.work.close(directory.path);
    }
  }
}

async function compareOnce(
  task: Task,
  recorded: OutputDigests,
  { engine, graph, survey, directory, place, signal }: Attempt,
): Promise<Rerun> {
  const { layout, blobs, environment, workers } = engine;
  const request = taskRequest(task, {
    project: layout.project,
    graph,
    known: survey.known,
    sources: survey.sources,
    blobs,
    environment,
    bundle: survey.bundles.get(task.stage.name)?.bundle ?? null,
    python: survey.bundles.get(task.stage.name)?.python ?? null,
    work: directory,
    threads: place.threads,
    devices: place.devices,
  });
  const startedAt = Date.now();
  const tail: string[] = [];
  const result = await workers.execute(request, keepingTail(tail), signal);
  if (result.type === 'failed') return { type: 'failed', failure: result, tail };
  const outputs = task.outputs.flatMap((output) =>
    differences(output, recorded, directory.outputs[output.name]!, layout.project),
  );
  return outputs.length === 0 ? { type: 'same', ms: Date.now() - startedAt } : { type: 'differs', outputs };
}

interface Attempt extends Parts {
  readonly directory: ReturnType<WorkDirectories['open']>;
  readonly place: Place;
  readonly signal: AbortSignal;
}

type InputGone = Pick<Extract<Rerun, { path: string }>, 'reason' | 'path'>;

/** The first output of another task that is not where this one reads it; null when all are. */
function inputGone(task: Task, { engine, survey }: Parts): InputGone | null {
  const { facts, known, artifacts } = survey;
  const { blobs } = engine;
  const command = task.stage.work.kind === 'cmd';
  for (const { sources } of task.inputs) {
    for (const source of sources) {
      if (source.kind !== 'output') continue;
      const output = facts.graph.tasks[source.task]!.outputs[source.output]!;
      const digest = known[source.task]![output.name]!;
      // A command reads it in `artifacts/`, from which only what is temporary goes.
      const there = command
        ? output.temp !== true || artifacts.holds(output, digest)
        : blobs.holds(output, digest);
      const reason = output.temp === true ? 'input-temporary' : 'input-not-in-store';
      if (!there) return { reason, path: output.path };
    }
  }
  return null;
}

/** The task is up to date, so what is recorded lies in `artifacts/`. */
function differences(
  { name, path, directory, temp }: TaskOutput,
  recorded: OutputDigests,
  place: string,
  project: string,
): OutputDifference[] {
  const before = join(project, path);
  if (temp === true && look(before) === null) {
    // Its bytes are gone, and their digest is not.
    const same = look(place) !== null && digestAt(place, directory) === recorded[name];
    return same ? [] : [{ output: name, path, before: null, after: look(place) === null ? null : place }];
  }
  if (!directory) {
    const written = look(place)?.kind === 'file';
    if (written && hashFile(place) === recorded[name]) return [];
    return [{ output: name, path, before, after: written ? place : null }];
  }
  const there = look(place)?.kind === 'directory';
  const [old, now] = [new Set(filesBelow(before)), new Set(there ? filesBelow(place) : [])];
  return [...new Set([...old, ...now])].sort().flatMap((file) => {
    const [was, is] = [join(before, file), join(place, file)];
    if (old.has(file) && now.has(file) && hashFile(was) === hashFile(is)) return [];
    const sides = { before: old.has(file) ? was : null, after: now.has(file) ? is : null };
    return [{ output: name, path: `${path}/${file}`, ...sides }];
  });
}

function digestAt(place: string, directory: boolean): Digest {
  if (!directory) return hashFile(place);
  return treeDigest(filesBelow(place).map((path) => ({ path, digest: hashFile(join(place, path)) })));
}

const tailLength = 20;

function keepingTail(tail: string[]): TaskListener {
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > tailLength) tail.shift();
  };
  return {
    progress: () => undefined,
    warning: keep,
    log: (_, text) => {
      keep(text);
    },
  };
}

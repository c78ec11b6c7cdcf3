import type { Digest } from '../digest.ts';
import { pathOf, type Graph, type Task, type TaskOutput, type TaskSource } from '../graph/graph.ts';
import { givenUnder } from '../graph/parameters.ts';
import {
  encodeAction,
  encodeTaskAction,
  fingerprintOf,
  isUnchecked,
  type InputMember,
  type StageAction,
} from './action.ts';
import { reasonsBetween, type ChangedSource } from './compare.ts';
import type { InputName } from './input-reason.ts';
import type { Reason } from './reason.ts';
import { recordedAction, type OutputDigests, type TaskRecord } from './record.ts';

/** What is to be done for one task, and why. */
export type TaskPlan =
  /** Recorded, and every output file has the recorded bytes. */
  | { readonly state: 'fresh' }
  /** The action is known and the store has its outputs; `reasons` say why the recorded ones do not do. */
  | { readonly state: 'restorable'; readonly reasons: readonly Reason[] }
  | { readonly state: 'stale'; readonly reasons: readonly Reason[] }
  /**
   * Whether it has to run depends on the bytes that `upstream` (task indices) will write. `reasons` are
   * those certain already; when there are none, equal bytes will leave the task fresh.
   */
  | {
      readonly state: 'unknown';
      readonly upstream: readonly number[];
      readonly reasons: readonly Reason[];
    };

/** A plan with what carrying it out takes. */
export type PlannedTask =
  | {
      readonly plan: Extract<TaskPlan, { state: 'fresh' | 'restorable' }>;
      readonly action: string;
      readonly fingerprint: Digest;
      readonly outputs: OutputDigests;
    }
  | {
      readonly plan: Extract<TaskPlan, { state: 'stale' }>;
      readonly action: string;
      readonly fingerprint: Digest;
      readonly outputs: null;
    }
  | { readonly plan: Extract<TaskPlan, { state: 'unknown' }>; readonly outputs: null };

/** A file or directory that a path or glob stands for. */
export interface SourceFile {
  /** Its name as far as the code can tell it: relative to the declared directory, or as the glob found it. */
  readonly label: string;
  /** Project-relative path, or absolute for an external one. */
  readonly name: string;
  readonly digest: Digest;
}

/** What planning asks of the world, all of it read beforehand or looked up without side effect. */
export interface PlanFacts {
  readonly graph: Graph;
  /** Whether a task, by its index, is to be brought up to date. */
  readonly selected: (index: number) => boolean;
  readonly forced: (task: Task) => boolean;
  readonly stage: (task: Task) => { readonly action: StageAction; readonly text: string };
  /** The same where it is to be carried out, if that differs: what has to run is planned for there. */
  readonly there?: (task: Task) => { readonly action: StageAction; readonly text: string } | null;
  readonly files: (source: Exclude<TaskSource, { kind: 'output' }>) => readonly SourceFile[];
  readonly record: (task: Task) => TaskRecord | null;
  /** Path of the first output that does not have the recorded bytes; null when all do. */
  readonly lostOutput: (task: Task, record: TaskRecord) => string | null;
  /** Outputs of a known action, if the store has every byte of them. */
  readonly stored: (task: Task, fingerprint: Digest) => OutputDigests | null;
  /** The digest of a file in an output that is a directory; null where it has none of that path. */
  readonly member: (output: TaskOutput, digest: Digest, file: string) => Digest | null;
  /** An output's path as the fingerprint has it: that of the project, also of an experiment. */
  readonly label: (path: string) => string;
  /** Whether the bytes of an output are gone by intent. */
  readonly gone: (task: Task, output: TaskOutput, digest: Digest) => boolean;
  /** Tasks whose outputs, gone by intent, are needed again, by index. Filled by `planAll` and while a run goes on. */
  readonly needed: Map<number, Need>;
  readonly changedSources: (before: Digest, after: Digest) => readonly ChangedSource[];
}

/** What is needed of a task again, and by which other. */
export interface Need {
  readonly path: string;
  readonly by: string;
}

/** Digests of outputs by task index; null while they are not known. */
export type KnownOutputs = (OutputDigests | null)[];

/**
 * Plans every selected task in one pass. Of tasks that are not selected the recorded outputs are taken as
 * they are. `known` is filled on the way.
 */
export function planAll(facts: PlanFacts, known: KnownOutputs): Map<number, PlannedTask> {
  // What was needed for another plan may not be for this one.
  facts.needed.clear();
  const plans = planOnce(facts, known);
  for (const [index, need] of needsOf(facts, plans, known)) facts.needed.set(index, need);
  return facts.needed.size === 0 ? plans : planOnce(facts, known);
}

/** Of what tasks that have to run read, the tasks whose outputs are gone, and of what these read in turn. */
function needsOf(
  { graph, gone }: PlanFacts,
  plans: ReadonlyMap<number, PlannedTask>,
  known: KnownOutputs,
): Map<number, Need> {
  const needs = new Map<number, Need>();
  const running = [...plans].flatMap(([index, { plan }]) => {
    const runs = plan.state === 'stale' || (plan.state === 'unknown' && plan.reasons.length > 0);
    return runs ? [index] : [];
  });
  for (let index = running.pop(); index !== undefined; index = running.pop()) {
    const task = graph.tasks[index]!;
    for (const { sources } of task.inputs) {
      for (const source of sources) {
        if (source.kind !== 'output' || needs.has(source.task)) continue;
        const from = graph.tasks[source.task]!;
        const output = from.outputs[source.output]!;
        const digest = known[source.task]?.[output.name];
        const state = plans.get(source.task)?.plan.state;
        const stays = state === 'fresh' || state === 'restorable';
        if (digest === undefined || !stays || !gone(from, output, digest)) continue;
        needs.set(source.task, { path: output.path, by: task.id });
        running.push(source.task);
      }
    }
  }
  return needs;
}

function planOnce(facts: PlanFacts, known: KnownOutputs): Map<number, PlannedTask> {
  const plans = new Map<number, PlannedTask>();
  for (const task of facts.graph.tasks) {
    if (!facts.selected(task.index)) {
      known[task.index] = recordedOutputs(task, facts.record(task));
      continue;
    }
    const planned = planTask(task, facts, known);
    known[task.index] = planned.outputs;
    plans.set(task.index, planned);
  }
  return plans;
}

/** Null when the task was never built, or its outputs are declared otherwise now. */
function recordedOutputs(task: Task, record: TaskRecord | null): OutputDigests | null {
  const complete = record !== null && task.outputs.every(({ name }) => name in record.outputs);
  return complete ? record.outputs : null;
}

/** What a task's stage does where it would be carried out now. */
export function actionToRun(task: Task, facts: PlanFacts): ReturnType<PlanFacts['stage']> {
  return facts.there?.(task) ?? facts.stage(task);
}

/** Plans one task from what is known of the tasks before it. */
export function planTask(task: Task, facts: PlanFacts, known: KnownOutputs): PlannedTask {
  const planned = planAs(task, facts, known);
  const there = facts.there?.(task) ?? null;
  // What is here already stays good.
  if (there === null || planned.plan.state !== 'stale') return planned;
  return planAs(task, { ...facts, stage: () => there }, known);
}

function planAs(task: Task, facts: PlanFacts, known: KnownOutputs): PlannedTask {
  const pending = decidedBy(task, facts).filter((index) => known[index] === null);
  const record = facts.record(task);
  if (pending.length > 0) {
    const need = facts.needed.get(task.index);
    const reasons: Reason[] = [...certainReasons(task, record, facts, known)];
    if (need !== undefined) reasons.push({ reason: 'temp-needed', ...need });
    return { plan: { state: 'unknown', upstream: pending, reasons }, outputs: null };
  }
  const inputs = task.inputs.map((_, index) => membersOf(task, index, facts, known)!);
  const action = encodeAction(facts.stage(task).text, encodeTaskAction(task, inputs));
  const fingerprint = fingerprintOf(action);
  // A record whose action is not that of its fingerprint was damaged: it is made anew.
  const same = record?.fingerprint === fingerprint && record.action === action;
  const lost = same ? facts.lostOutput(task, record) : null;
  const need = facts.needed.get(task.index);
  if (same && lost === null && need === undefined && !facts.forced(task)) {
    return { plan: { state: 'fresh' }, action, fingerprint, outputs: record.outputs };
  }
  const reasons: Reason[] = facts.forced(task) ? [{ reason: task.stage.always ? 'always' : 'forced' }] : [];
  if (lost !== null) reasons.push({ reason: 'output-lost', path: lost });
  if (!same) reasons.push(...certainReasons(task, record, facts, known));
  if (need !== undefined) reasons.push({ reason: 'temp-needed', ...need });
  const outputs = facts.forced(task) || need !== undefined ? null : facts.stored(task, fingerprint);
  return outputs === null
    ? { plan: { state: 'stale', reasons }, action, fingerprint, outputs }
    : { plan: { state: 'restorable', reasons }, action, fingerprint, outputs };
}

/**
 * Tasks whose end decides what this one does: those whose outputs it reads, and of those that it only comes after the
 * ones that are brought up to date with it, which may change files that it reads.
 */
function decidedBy({ needs, inputs, stage }: Task, { selected }: PlanFacts): readonly number[] {
  if (stage.after.length === 0) return needs;
  const read = new Set(
    inputs.flatMap(({ sources }) => sources.flatMap((each) => (each.kind === 'output' ? [each.task] : []))),
  );
  return needs.filter((index) => read.has(index) || selected(index));
}

/** The differences from what was built, as far as the inputs are known. */
function certainReasons(
  task: Task,
  record: TaskRecord | null,
  facts: PlanFacts,
  known: KnownOutputs,
): readonly Reason[] {
  const before = record === null ? null : recordedAction(record);
  if (before === null) return [{ reason: 'never-built' }];
  const [was, is]: [Record<string, readonly InputMember[]>, Record<string, readonly InputMember[]>] = [
    { ...before.task.inputs },
    {},
  ];
  task.inputs.forEach(({ name }, index) => {
    const members = membersOf(task, index, facts, known);
    if (members !== null) is[name] = members;
    else Reflect.deleteProperty(was, name);
  });
  const after = {
    stage: facts.stage(task).action,
    task: { point: task.point, previous: task.previous, inputs: is },
  };
  const differences = reasonsBetween({ ...before, task: { ...before.task, inputs: was } }, after, {
    changedSources: facts.changedSources,
    inputs: (input, position) => inputNames(task, facts, input)[position]!,
    given: (keys) => givenNames(task, keys),
  });
  return differences.length === 0 && isUnchecked(after.stage) ? [{ reason: 'unchecked' }] : differences;
}

/** An input as the action sees it; null while a task before is still to write part of it. */
export function membersOf(
  task: Task,
  input: number,
  facts: PlanFacts,
  known: KnownOutputs,
): InputMember[] | null {
  const members: InputMember[] = [];
  for (const source of task.inputs[input]!.sources) {
    if (source.kind !== 'output') {
      for (const file of facts.files(source)) members.push([file.label, file.digest, {}]);
      continue;
    }
    const outputs = known[source.task] ?? null;
    if (outputs === null) return null;
    const output = facts.graph.tasks[source.task]!.outputs[source.output]!;
    // A command reads its inputs under their readable names, so it can tell them.
    const label = task.stage.work.kind === 'cmd' ? facts.label(pathOf(facts.graph, source)) : '';
    const digest = outputs[output.name]!;
    // A file that is not there makes the task fail when it is to run: what stands for it is all of the directory.
    const file = source.file === undefined ? null : facts.member(output, digest, source.file);
    members.push([label, file ?? digest, source.point]);
  }
  return members;
}

/** The keys under which the file gives a parameter of a task; those of the stage, where it stands there. */
export function givenNames(task: Task, keys: readonly string[]): readonly string[] {
  return givenUnder(task.params, keys)?.map(String) ?? keys;
}

function inputNames(task: Task, facts: PlanFacts, input: string): InputName[] {
  const declared = task.inputs.find(({ name }) => name === input)!;
  return declared.sources.flatMap((source): InputName[] => {
    if (source.kind !== 'output') return facts.files(source).map(({ name }) => ({ path: name, task: null }));
    const from = facts.graph.tasks[source.task]!;
    return [{ path: pathOf(facts.graph, source), task: from.id }];
  });
}

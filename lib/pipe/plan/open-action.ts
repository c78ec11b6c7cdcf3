import type { Digest } from '../digest.ts';
import { pathOf, type Task } from '../graph/graph.ts';
import { canonicalJson, type Point, type Scalar } from '../json.ts';
import { encodeAction, encodeTaskAction, type InputMember } from './action.ts';
import { actionToRun, membersOf, type KnownOutputs, type PlanFacts } from './plan.ts';
import type { OutputDigests } from './record.ts';

/** An input that the task before writes: its output, and the file in it that is meant. */
export interface Hole {
  readonly output: string;
  readonly file?: string;
}

type OpenMember = InputMember | readonly [label: string, hole: Hole, point: Point];

/** All of an action but the bytes that one task before it is still to write. */
export interface OpenAction {
  /** The canonical text of its first half. */
  readonly stage: string;
  readonly point: Point;
  readonly previous: Scalar | null;
  readonly inputs: readonly { readonly name: string; readonly members: readonly OpenMember[] }[];
}

/** Null where it hangs on more than that task (by its index). */
export function openAction(
  task: Task,
  before: number,
  facts: PlanFacts,
  known: KnownOutputs,
): OpenAction | null {
  // As if it had written nothing yet, also where what it wrote some time ago is known.
  const others = known.with(before, null);
  const inputs: OpenAction['inputs'][number][] = [];
  for (const [index, { name, sources }] of task.inputs.entries()) {
    const mine = sources.filter((source) => source.kind === 'output' && source.task === before);
    if (mine.length === 0) {
      const members = membersOf(task, index, facts, others);
      if (members === null) return null;
      inputs.push({ name, members });
    } else if (mine.length < sources.length) return null;
    else {
      const members = mine.map((source): OpenMember => {
        if (source.kind !== 'output') throw new Error('not the output of a task');
        const { name: output } = facts.graph.tasks[before]!.outputs[source.output]!;
        const label = task.stage.work.kind === 'cmd' ? facts.label(pathOf(facts.graph, source)) : '';
        return [label, { output, ...(source.file !== undefined && { file: source.file }) }, source.point];
      });
      inputs.push({ name, members });
    }
  }
  return { stage: actionToRun(task, facts).text, point: task.point, previous: task.previous, inputs };
}

/** By which it is known before its fingerprint is. */
export function openText({ stage, point, previous, inputs }: OpenAction): string {
  const named = inputs.map(({ name, members }) => [name, members.map((member) => [...member])]);
  return `[${stage},${canonicalJson([point, previous, named] as never)}]`;
}

/** The action's canonical text, once those bytes are known. `member`: of a file in a directory. */
export function closedAction(
  { stage, point, previous, inputs }: OpenAction,
  outputs: OutputDigests,
  member: (directory: Digest, file: string) => Digest | null,
): string {
  const filled = inputs.map(({ members }) =>
    members.map(([label, bytes, at]): InputMember => {
      if (typeof bytes === 'string') return [label, bytes, at];
      const digest = outputs[bytes.output]!;
      const file = bytes.file === undefined ? null : member(digest, bytes.file);
      return [label, file ?? digest, at];
    }),
  );
  const named = inputs.map(({ name }) => ({ name }));
  return encodeAction(stage, encodeTaskAction({ point, previous, inputs: named }, filled));
}

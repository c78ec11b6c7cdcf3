import { digestOf, type Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import { canonicalJson, type Json, type JsonObject, type Point, type Scalar } from '../json.ts';
import type { Stage } from '../manifest/manifest.ts';

/**
 * All that determines a task's outputs. Its canonical text is hashed to the fingerprint and kept in the
 * lock, so that a later run can say what changed. The first half is the same for all tasks of a stage that
 * have the same parameters, and is encoded once.
 */
export interface Action {
  readonly stage: StageAction;
  readonly task: TaskAction;
}

export interface StageAction {
  /** The meaning of the encoding and of the engine's own doings: raised, everything is run anew. */
  readonly version: number;
  /** What is done: the code by its meaning, or the command as written, and where it runs. */
  readonly work: WorkAction;
  /** The declared parameters: nothing else in the file has a say. */
  readonly params: JsonObject;
  /** Names and kinds of outputs, which the code is told; where in `artifacts/` they go, it is not. */
  readonly outputs: Readonly<Record<string, 'file' | 'directory'>>;
  /** Digests of the values of declared environment variables, null where unset: a value may be a secret. */
  readonly env: Readonly<Record<string, Digest | null>>;
  /** What the stage itself names as deciding the bytes: engine, device. Null where it could not be asked. */
  readonly toolchain: Readonly<Record<string, string>> | null;
  /** Versions of the packages the code imports; their sources are not part of the code's digest. */
  readonly packages: Readonly<Record<string, string>> | null;
}

export type WorkAction =
  | { readonly kind: 'use'; readonly code: Digest | null }
  /** `code`: of what the command runs, where that can be followed or is named. */
  | {
      readonly kind: 'cmd';
      readonly command: string;
      readonly cwd: string;
      readonly shell: string;
      readonly code?: Digest;
    };

export interface TaskAction {
  /** The task's axis values, which the code is told. */
  readonly point: Point;
  /** The scan value before this one, which the code is told. */
  readonly previous: Scalar | null;
  /** Contents by input name, in the order in which the code sees them. */
  readonly inputs: Readonly<Record<string, readonly InputMember[]>>;
}

/**
 * One input file or directory as the action sees it: its readable name as far as the code can tell it
 * (empty for another task's output, which a module reads from the store), its bytes, and its place on the
 * gathered axes.
 */
export type InputMember = readonly [label: string, digest: Digest, point: Point];

export const actionVersion = 1;

/**
 * What the caller finds out about a stage: everything else stands in the manifest. Null is what a mistake in
 * the stage keeps from being known (of a command, its code): such a task cannot run, and was never run.
 */
export interface StageFacts {
  readonly code: Digest | null;
  readonly packages: Readonly<Record<string, string>> | null;
  readonly toolchain: Readonly<Record<string, string>> | null;
  readonly env: Readonly<Record<string, Digest | null>>;
}

/** Whether a mistake in the stage keeps from being known what its tasks depend on. */
export function isUnchecked({ work, toolchain, packages }: StageAction): boolean {
  return toolchain === null || packages === null || (work.kind === 'use' && work.code === null);
}

/** `params`: those of the tasks that it is the first half for. */
export function stageAction(stage: Stage, params: JsonObject, facts: StageFacts): StageAction {
  return {
    version: actionVersion,
    work:
      stage.work.kind === 'cmd'
        ? {
            kind: 'cmd',
            command: stage.work.command,
            cwd: stage.work.cwd,
            shell: stage.work.shell,
            ...(facts.code === null ? {} : { code: facts.code }),
          }
        : { kind: 'use', code: facts.code },
    params,
    outputs: Object.fromEntries(
      stage.outputs.map(({ name, directory }) => [name, directory ? 'directory' : 'file']),
    ),
    env: facts.env,
    toolchain: facts.toolchain,
    packages: facts.packages,
  };
}

export function encodeStageAction(action: StageAction): string {
  return canonicalJson(action as unknown as Json);
}

/** `inputs` in the order of the task's own; canonical order is made here. */
export function encodeTaskAction(
  task: Pick<Task, 'point' | 'previous'> & { readonly inputs: readonly { readonly name: string }[] },
  inputs: readonly (readonly InputMember[])[],
): string {
  const order = task.inputs.map((_, index) => index);
  order.sort((a, b) => (task.inputs[a]!.name < task.inputs[b]!.name ? -1 : 1));
  const fields = order.map(
    (index) => `${JSON.stringify(task.inputs[index]!.name)}:[${inputs[index]!.map(encodeMember).join(',')}]`,
  );
  return `{"inputs":{${fields.join(',')}},"point":${canonicalJson(task.point)},"previous":${canonicalJson(task.previous)}}`;
}

function encodeMember([label, digest, point]: InputMember): string {
  return `[${JSON.stringify(label)},"${digest}",${canonicalJson(point)}]`;
}

/** The canonical text of an action: the two halves as a JSON array. */
export function encodeAction(stage: string, task: string): string {
  return `[${stage},${task}]`;
}

export function fingerprintOf(action: string): Digest {
  return digestOf(action);
}

/** Null when the text is not an action of this version's shape. */
export function decodeAction(text: string): Action | null {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (!Array.isArray(parsed) || parsed.length !== 2) return null;
    const [stage, task] = parsed as [StageAction, TaskAction];
    const fields = [stage.work, stage.params, stage.outputs, stage.env, stage.toolchain, stage.packages];
    const whole = [...fields, task.inputs, task.point].every((field) => typeof field === 'object');
    return whole ? { stage, task } : null;
  } catch {
    return null;
  }
}

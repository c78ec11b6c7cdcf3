import type { OutputOf, Schema } from './schema.ts';

type Scalar = string | number | boolean;

/** One input file as a stage sees it. */
export interface InputFile {
  /** Absolute path of bytes that do not change while the task runs. */
  readonly path: string;
  /** Its readable name, for messages: the project-relative path. */
  readonly name: string;
  /** Where on the gathered axes it lies, e.g. `{epoch: 5}`; empty when nothing was gathered. */
  readonly point: Readonly<Record<string, Scalar>>;
}

/** `one`: exactly one file. `optional`: one, or none (a scan's first segment). `many`: a list, in axis order. */
export type InputKind = 'one' | 'optional' | 'many';

type InputValue<K extends InputKind> = K extends 'one'
  ? InputFile
  : K extends 'optional'
    ? InputFile | null
    : readonly InputFile[];

/** Parameters and axes of a stage that checks them with no schema of its own. */
export type Parameters = Readonly<Record<string, unknown>>;
export type Axes = Readonly<Record<string, Scalar>>;
export type Inputs = Readonly<Record<string, InputKind>>;

/** Of a stage that names none. */
type NoInputs = Readonly<Record<string, never>>;

export interface StageDefinition<P extends Schema, A extends Schema, I extends Inputs, O extends string> {
  /** The parameters the stage declares in `pipeline.yaml`; checked before anything runs. As they are, unless given. */
  readonly params?: P;
  /** The axes it has; checked likewise. */
  readonly axes?: A;
  /** None, unless given. */
  readonly inputs?: I;
  readonly outputs: readonly O[];
  /**
   * What, besides code and parameters, decides the bytes: engine, device, library versions, each under a
   * name. Asked once per machine and code digest; part of the fingerprint.
   */
  readonly toolchain?: (params: OutputOf<P>) => Promise<Readonly<Record<string, string>>>;
  readonly run: (task: StageTask<P, A, I, O>) => Promise<void>;
}

/** A definition with nothing left out. */
export type Stage<P extends Schema, A extends Schema, I extends Inputs, O extends string> = StageDefinition<
  P,
  A,
  I,
  O
> & { readonly params: P; readonly axes: A; readonly inputs: I };

export interface StageTask<P extends Schema, A extends Schema, I extends Inputs, O extends string> {
  readonly params: OutputOf<P>;
  readonly axes: OutputOf<A>;
  /** The scan axis's value before this one; null in a first segment. */
  readonly previous: Scalar | null;
  readonly inputs: { readonly [K in keyof I]: InputValue<I[K]> };
  /** Absolute path to write each output to. */
  readonly outputs: Readonly<Record<O, string>>;
  /** Stage, task and parameters, for the metadata of the files it writes (same task, same text). */
  readonly provenance: Readonly<Record<string, string>>;
  /** CPU threads this task may use. */
  readonly threads: number;
  /** Bytes of memory that its `resources` declare, which it is counted with; null where they declare none. */
  readonly memory: number | null;
  /** GPUs that this task holds: what `CUDA_VISIBLE_DEVICES` says, under which CUDA counts them from 0. */
  readonly devices: readonly string[];
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
  /**
   * `unit` in the plural: `progress(3, 10, 'epochs', 'on fold 2')`, or with numbers by name, which events carry as
   * such: `progress(3, 10, 'epochs', { loss: 0.41 })`.
   */
  progress(done: number, total: number, unit: string, note?: string | Readonly<Record<string, number>>): void;
  /** A line for the task's log. */
  log(message: string): void;
  /** A line the user sees at once: something is odd, and the task goes on. */
  warn(message: string): void;
}

/** Declares a stage module; its default export. Gives the types of `run`'s task from the declarations. */
export function defineStage<
  O extends string,
  P extends Schema = Schema<Parameters>,
  A extends Schema = Schema<Axes>,
  const I extends Inputs = NoInputs,
>(definition: StageDefinition<P, A, I, O>): Stage<P, A, I, O> {
  const open = {
    '~standard': { version: 1, vendor: 'pipewright', validate: (value: unknown) => ({ value }) },
  };
  const mistake = mistakeIn(definition as unknown as Readonly<Record<string, unknown>>);
  if (mistake !== null) throw new TypeError(`defineStage: ${mistake}`);
  // What was left out is what the types' defaults say.
  return { params: open, axes: open, inputs: {}, ...definition } as unknown as Stage<P, A, I, O>;
}

/** For who writes without types: what is said here would otherwise be found out late, by something that is not a list. */
function mistakeIn({ inputs = {}, outputs, run }: Readonly<Record<string, unknown>>): string | null {
  const isList = Array.isArray(outputs) && outputs.every((name) => typeof name === 'string');
  if (!isList) return "`outputs` is a list of names: outputs: ['model']";
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs))
    return "`inputs` says how many files each has: inputs: { images: 'one' }";
  for (const [name, kind] of Object.entries(inputs))
    if (!['one', 'optional', 'many'].includes(kind as string))
      return `the input ${name} is 'one', 'optional' or 'many': inputs: { ${name}: 'one' }`;
  return typeof run === 'function'
    ? null
    : '`run` is the function that does the work: run: async ({ inputs, outputs }) => …';
}

/**
 * Thrown by a stage when an input file or a parameter is not what it can be: the user's mistake, so that the
 * run shows the message alone, does not try again, and ends like any other refusal of bad input.
 */
export class BadInput extends Error {
  // Each stage's bundle has a copy of this class; they know each other by name.
  override readonly name = 'BadInput';
}

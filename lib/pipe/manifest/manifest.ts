import type { JsonObject, Point, Scalar } from '../json.ts';
import type { Choice } from './choice.ts';
import type { TrackedCode } from './code.ts';
import type { Path } from './diagnostic.ts';
import type { RemoteDeclaration } from './remote-grammar.ts';
import type { Template } from './template.ts';
import type { SiteDeclarations } from './sites-grammar.ts';

/**
 * `pipeline.yaml`, checked and resolved: the profile merged in, `--set` applied, `${…}` substituted.
 * Plain data; nothing in it depends on the machine or on what has been built.
 */
export interface Manifest {
  /** `default`, or the name given to `--profile`. */
  readonly profile: string;
  /** The name given to `--as`; null for the project itself. */
  readonly experiment: string | null;
  /**
   * Project-relative directory of readable outputs: `artifacts`, `artifacts/<profile>`, or
   * `artifacts/.experiments/<experiment>`.
   */
  readonly artifacts: string;
  readonly params: JsonObject;
  /** What values of axes hold beside their names, by axis and name (`axis-entries.ts`). */
  readonly fields: JsonObject;
  /** Patterns whose files are values of axes. */
  readonly globs: readonly string[];
  /** The file that they stand in, project-relative; null where that is the manifest itself. */
  readonly paramsFile: string | null;
  /** Other files that it is written in, in their order, each with the names under which its parameters stand. */
  readonly included: readonly IncludedFile[];
  /** How many there are of resources that the file declares, by name. */
  readonly resources: Readonly<Record<string, number>>;
  /** A TypeScript module, project-relative, whose default export is a `defineDoctor(…)`; null where none is named. */
  readonly doctor: string | null;
  /** The remote cache that the file names, for everybody; null where it names none. Decides nothing. */
  readonly remote: RemoteDeclaration | null;
  /** Clusters that the file names. Decide nothing. */
  readonly sites?: SiteDeclarations;
  /** In the order of the file. */
  readonly stages: readonly Stage[];
}

export interface IncludedFile {
  /** Project-relative. */
  readonly path: string;
  readonly prefix: readonly string[];
  /** The file that holds its parameters, project-relative; null where they stand in itself. */
  readonly params: string | null;
}

export interface Stage {
  readonly name: string;
  /** One line for `pipe dag` and the progress display; may be empty. */
  readonly title: string;
  readonly work: Work;
  /** Followed code that is not bundled: Python, and files that `code` names; null where there is none. */
  readonly code: TrackedCode | null;
  /**
   * The declared parameters only, resolved: `params: [train.patience]` gives `{train: {patience: 10}}`. Where an
   * axis chooses a value, the text that says so stands; a task has the value.
   */
  readonly params: JsonObject;
  /** Which of them stand elsewhere in the file, those that an axis chooses among them. */
  readonly references: readonly ParameterReference[];
  readonly inputs: readonly StageInput[];
  readonly outputs: readonly StageOutput[];
  /** Of its outputs, those with numbers to be told, and those to be looked at; part of no fingerprint. */
  readonly metrics: readonly Metrics[];
  readonly plots: readonly Plot[];
  /** Name of the output that is opened to see the results; null where none is. */
  readonly open: string | null;
  /** Axes this stage adds: one task for every combination of their values, or of the subset. */
  readonly matrix: readonly Axis[];
  readonly subset: Subset | null;
  /** What has to hold of a task for there to be it. Part of no fingerprint. */
  readonly when: readonly Condition[];
  /** An axis along which each task continues the one before. */
  readonly scan: Scan | null;
  /** Stages whose tasks have to end before: those at the same place on the axes that both have. Part of no fingerprint. */
  readonly after: readonly string[];
  /** Its tasks run in every run, whatever is recorded. */
  readonly always: boolean;
  readonly resources: Resources;
  /** Names of environment variables the stage may see; a digest of each value is part of the fingerprint. */
  readonly env: readonly string[];
  /** Further ones, which have no say in it; with a `*` at the end, all that begin so. */
  readonly passEnv: readonly string[];
  /** Seconds after which a task is stopped and counts as failed; null is no limit. */
  readonly timeout: number | null;
  /** How many more times a failed task is tried. */
  readonly retries: number;
}

export type Work =
  /**
   * A module, project-relative: of TypeScript, whose default export is a `defineStage(…)`, or of Python (`.py`), with
   * a function under `@stage(…)`.
   */
  | { readonly kind: 'use'; readonly module: string }
  /**
   * A shell command. `{inputs.x}`, `{outputs.x}`, `{params.a.b}` and `{axis}` stand for shell-quoted values,
   * `{params}` for a JSON file with all parameters; `cwd` is project-relative. `shell` is a shell's name or path,
   * to be started strictly, or with it the options to start it with.
   */
  | { readonly kind: 'cmd'; readonly command: string; readonly cwd: string; readonly shell: string };

export interface Axis {
  readonly name: string;
  readonly values: readonly Scalar[];
}

/** The combinations of a matrix that is more or less than the product of its axes. */
export interface Subset {
  /** By axis of the matrix, how many of its values, the first ones, are combined with each other. */
  readonly combined: readonly number[];
  /** What is taken away of these; an entry names values of some axes. */
  readonly exclude: readonly Exclusion[];
  /** What is added, each a value for every axis of the matrix. */
  readonly include: readonly Point[];
}

/** By axis, the values that are meant. */
export interface Exclusion {
  readonly where: ReadonlyMap<string, readonly Scalar[]>;
  readonly path: Path;
}

/** Something that has to hold of a task for there to be it. */
export type Condition =
  /** `false`, in the file or by a parameter. */
  | { readonly kind: 'never'; readonly path: Path }
  /** A parameter that the task's axes choose is true. */
  | { readonly kind: 'true'; readonly choice: Choice; readonly path: Path }
  /** Its value on an axis is one of these. */
  | { readonly kind: 'axis'; readonly axis: string; readonly values: readonly Scalar[]; readonly path: Path }
  /** A parameter is one of these; `{axis}` may stand among its keys. */
  | {
      readonly kind: 'parameter';
      readonly keys: readonly Template[];
      readonly values: readonly Scalar[];
      readonly path: Path;
    };

export interface Scan extends Axis {
  /** Each of these inputs is the named output of the segment before; the first segment has none. */
  readonly carry: readonly { readonly input: string; readonly output: string }[];
}

export interface ParameterReference {
  /** Where it stands in the stage's `params` as the stage sees them. */
  readonly at: Path;
  readonly choice: Choice;
  /** Where it is written, in the stage's declaration. */
  readonly written: Path;
}

export interface StageInput {
  readonly name: string;
  readonly source: InputSource;
}

export type InputSource =
  /**
   * An output of another stage, or the file of this path in one that is a directory. Axes in `gather` become a list;
   * axes in `at` are fixed to a value.
   */
  | {
      readonly kind: 'output';
      readonly stage: string;
      readonly output: string;
      readonly gather: readonly string[];
      readonly at: Point;
      readonly file?: string;
    }
  /**
   * A file, or a directory (all files in it); may hold `{axis}` placeholders. Project-relative, unless
   * `external`, which alone may be absolute or leave the project. A null path is no file at all. A choice
   * gives one of these for each task.
   */
  | { readonly kind: 'path'; readonly path: string | Choice | null; readonly external: boolean }
  /** Every file that matches, in the order of the code units of their paths. */
  | { readonly kind: 'glob'; readonly pattern: string | Choice };

export interface StageOutput {
  readonly name: string;
  /**
   * Path below `Manifest.artifacts`, with `{axis}` placeholders, and `{axes}` for `axis=value/…` of all axes.
   * In the file a value without a slash (or with only a last one) is short for `<stage>/{axes}/<value>`.
   */
  readonly path: string;
  /** Written in the file with a slash at the end: the output is a directory of any number of files. */
  readonly directory: boolean;
  /** It goes once all that read it are done. Part of no fingerprint. */
  readonly temp?: boolean;
}

/** A file of a stage's outputs that is to be looked at. */
export interface Shown {
  /** As it is written: the output, or `output/path` for a file in a directory. */
  readonly name: string;
  readonly output: string;
  /** In the directory that the output is; null where it is a file. */
  readonly file: string | null;
}

export interface Metrics extends Shown {
  /** Columns, or dotted paths; null is all there are. */
  readonly fields: readonly string[] | null;
  /** What stands for the rows of a table; null is their mean, said to be one. */
  readonly rows: 'last' | 'first' | 'mean' | 'min' | 'max' | null;
  /** Columns whose values tell rows apart. */
  readonly by: readonly string[];
}

export interface Plot extends Shown {
  readonly x: string | null;
  readonly y: readonly string[] | null;
}

/** What a task holds while it runs; the sum over running tasks never exceeds what there is. */
export interface Resources {
  readonly threads: number;
  /** A share of one GPU. */
  readonly gpu: number;
  /** Whole GPUs; then `gpu` is 0. */
  readonly gpus: number;
  /** Bytes. */
  readonly memory: number;
  /** On a cluster, what is asked for the first time and, where that was too little, after it: bytes, seconds. */
  readonly attempts?: { readonly memory: readonly number[]; readonly time: readonly number[] };
  /** Resources that the file declares, by name. */
  readonly own: Readonly<Record<string, number>>;
}

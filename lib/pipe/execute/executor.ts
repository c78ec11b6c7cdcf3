import type { JsonObject, Point, Scalar } from '../json.ts';
import type { Failure } from '../plan/outcome.ts';

/** Carries out one action somewhere: a local worker process, a shell, later a cluster. */
export interface Executor {
  execute(request: TaskRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult>;
  /** Ends idle workers; running tasks are killed. */
  close(): Promise<void>;
  /** The same at once, for a caller that ends itself: nothing that was started goes on. */
  kill(): void;
}

export type ExecutionResult =
  | {
      readonly type: 'done';
      /** Absolute paths of what a module read without an input that declares it; a directory ends in a slash. */
      readonly undeclared: readonly string[];
    }
  | Failure;

/** All that is needed to carry out a task. Paths are absolute. */
export type TaskRequest = CommandRequest | ModuleRequest;

interface AnyRequest {
  /** The whole environment: the minimum every program needs, and what the stage declared. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number | null;
}

/** What a shell is told. */
export interface CommandRequest extends AnyRequest {
  readonly kind: 'cmd';
  /** The shell, its options and the script. */
  readonly words: readonly string[];
  readonly cwd: string;
  /** The file that it may write its progress to; `PIPE_PROGRESS` in `env` says the same. */
  readonly progress: string;
}

/** Everything that a stage module may see. */
export interface ModuleRequest extends AnyRequest {
  readonly kind: 'use';
  readonly task: string;
  /** The bundled module, or the script of a Python stage. */
  readonly bundle: string;
  /** How a Python stage is run; null for TypeScript. */
  readonly python: PythonRun | null;
  readonly params: JsonObject;
  /** The same as a text, which is the same everywhere. */
  readonly parameters: string;
  readonly point: Point;
  readonly previous: Scalar | null;
  /** Files by input name; the members of a directory or glob one by one. */
  readonly inputs: Readonly<Record<string, readonly RequestFile[]>>;
  /** Declared directories: what lies in them is known whole. */
  readonly directories: readonly string[];
  /** Where each declared output is to be written: in a directory of this task's own, which exists (as do output directories). */
  readonly outputs: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Bytes that its stage declares; null where it declares none. */
  readonly memory: number | null;
  /** GPUs that it holds, by what CUDA calls them; `CUDA_VISIBLE_DEVICES` in `env` says the same. */
  readonly devices: readonly string[];
}

/** What runs a Python stage, and its sources as they were digested. */
export interface PythonRun {
  readonly executable: string;
  /** Absolute paths of all followed sources with the digests of their texts. */
  readonly files: readonly (readonly [path: string, text: string])[];
  /** Where texts are kept, for a source that is edited while the run goes on. */
  readonly kept: string;
}

export interface RequestFile {
  readonly path: string;
  /** The readable, project-relative path. */
  readonly name: string;
  readonly point: Point;
}

/** What progress reports by name, such as a loss; null is no number (NaN, an infinity). */
export type Numbers = Readonly<Record<string, number | null>>;

export interface TaskListener {
  progress(done: number, total: number, unit: string, note: string, numbers?: Numbers): void;
  log(stream: 'out' | 'err', text: string): void;
  warning(message: string): void;
}

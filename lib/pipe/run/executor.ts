import type { JsonObject, Point, Scalar } from '../json.ts';
import type { Failure } from '../plan/outcome.ts';

/** Runs one action somewhere: a local worker process, a shell, later a cluster. */
export interface Executor {
  run(request: TaskRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult>;
  /** Ends idle workers; running tasks are killed. */
  close(): Promise<void>;
}

export type ExecutionResult =
  | {
      readonly type: 'done';
      /** Absolute paths of what a module read without an input that declares it; a directory ends in a slash. */
      readonly undeclared: readonly string[];
    }
  | Failure;

/** Sent to a worker as JSON: everything a stage may see. Paths are absolute. */
export interface TaskRequest {
  readonly task: string;
  readonly work:
    | { readonly kind: 'use'; readonly bundle: string }
    | { readonly kind: 'cmd'; readonly script: string; readonly cwd: string };
  readonly params: JsonObject;
  readonly point: Point;
  readonly previous: Scalar | null;
  /** Files by input name; the members of a directory or glob one by one. */
  readonly inputs: Readonly<Record<string, readonly RequestFile[]>>;
  /** Declared directories: what lies in them is known whole. */
  readonly directories: readonly string[];
  /** Where each declared output is to be written: in a directory of this task's own, which exists (as do output directories). */
  readonly outputs: Readonly<Record<string, string>>;
  readonly threads: number;
  /** The whole environment: the minimum every program needs, and what the stage declared. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: number | null;
}

export interface RequestFile {
  readonly path: string;
  /** The readable, project-relative path. */
  readonly name: string;
  readonly point: Point;
}

export interface TaskListener {
  progress(done: number, total: number, unit: string, note: string): void;
  log(stream: 'out' | 'err', text: string): void;
  warning(message: string): void;
}

import type { Finding } from '../stage/doctor.ts';
import type { JsonObject, Point } from '../json.ts';
import type { ModuleRequest, Numbers, PythonRun } from './executor.ts';

/**
 * What is said between the pool and a worker process, which runs stage modules. `number` ties answers to requests. What a task prints
 * comes through the worker's own streams.
 */
export type ToWorker =
  | {
      readonly type: 'module';
      readonly number: number;
      readonly key: string;
      readonly request: ModuleRequest;
    }
  | { readonly type: 'check'; readonly number: number; readonly key: string; readonly request: CheckRequest }
  | {
      readonly type: 'examine';
      readonly number: number;
      readonly key: string;
      readonly request: ExamineRequest;
    };

export type FromWorker =
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      readonly note: string;
      readonly numbers?: Numbers;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'answer'; readonly number: number; readonly answer: Answer };

export type Answer =
  | { readonly type: 'done'; readonly undeclared: readonly string[] }
  | { readonly type: 'checked'; readonly result: CheckResult }
  | { readonly type: 'bad-input'; readonly message: string }
  | { readonly type: 'examined'; readonly findings: readonly Finding[] }
  | { readonly type: 'threw'; readonly message: string; readonly stack: string };

/** What can be asked of modules beside running them; a failure when they cannot be asked. */
export interface ModuleQuestions {
  /** What a stage's module says of its declaration. */
  check(
    request: CheckRequest,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { type: 'checked' }> | QuestionFailure>;
  /** What the project's doctor finds on this machine. */
  examine(
    request: ExamineRequest,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { type: 'examined' }> | QuestionFailure>;
}

export interface QuestionFailure {
  readonly type: 'failed';
  readonly message: string;
  readonly stack?: string;
}

/** Asks a stage module whether it agrees with its declaration, and which toolchain it would use. */
export interface CheckRequest {
  readonly bundle: string;
  readonly python: PythonRun | null;
  readonly params: JsonObject;
  /** The points of all its tasks. */
  readonly points: readonly Point[];
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Asks the project's doctor what it finds on this machine. */
export interface ExamineRequest {
  readonly bundle: string;
  readonly params: JsonObject;
  readonly env: Readonly<Record<string, string>>;
}

export interface DeclaredInput {
  readonly name: string;
  /** Over its tasks, the least and the greatest number of sources, and whether one may be many files. */
  readonly least: number;
  readonly most: number;
  readonly many: boolean;
}

export interface CheckResult {
  readonly issues: readonly CheckIssue[];
  /** Null when there are issues. */
  readonly toolchain: Readonly<Record<string, string>> | null;
}

export interface CheckIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Written to both streams after a task: all that came before belongs to that task. */
export function endMark(key: string, note = ''): string {
  return note === '' ? `\0end ${key}\0` : `\0end ${key} ${note}\0`;
}

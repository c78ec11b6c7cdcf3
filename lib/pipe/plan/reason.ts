import type { Digest } from '../digest.ts';
import type { Json } from '../json.ts';

/** Why a task has to run: data, recorded with the run and printed by `pipe why`. */
export type Reason =
  | { readonly reason: 'never-built' }
  | { readonly reason: 'forced' }
  /** Its stage says so. */
  | { readonly reason: 'always' }
  /** A parameter was added (no `before`), removed (no `after`) or changed; `path` is dotted. */
  | { readonly reason: 'parameter'; readonly path: string; readonly before?: Json; readonly after?: Json }
  | {
      readonly reason: 'input';
      readonly input: string;
      readonly path: string;
      /** The task that makes it; null for a file of the project. */
      readonly task: string | null;
      readonly before?: Digest;
      readonly after?: Digest;
    }
  /**
   * The meaning of the stage's code changed; `files` are the sources whose meaning did, where known, `parts` for
   * some of them the functions. A command has no `before` or no `after` where its code was, or is, not followed.
   */
  | {
      readonly reason: 'code';
      readonly before?: Digest;
      readonly after?: Digest;
      readonly files: readonly string[];
      readonly parts?: Readonly<Record<string, readonly string[]>>;
    }
  | { readonly reason: 'command'; readonly before: string; readonly after: string }
  | { readonly reason: 'package'; readonly name: string; readonly before?: string; readonly after?: string }
  | { readonly reason: 'toolchain'; readonly name: string; readonly before?: string; readonly after?: string }
  /** Digests of the values. */
  | {
      readonly reason: 'environment';
      readonly name: string;
      readonly before?: string;
      readonly after?: string;
    }
  /** The set of declared outputs changed. */
  | { readonly reason: 'outputs-declared' }
  /** A mistake in its stage keeps from being known what changed; a run would not start. */
  | { readonly reason: 'unchecked' }
  /** A file in `artifacts/` is gone or was edited. (Where the store has its bytes, it is restored.) */
  | { readonly reason: 'output-lost'; readonly path: string }
  /** A temporary output of it is gone, and this task, which reads it, has to run. */
  | { readonly reason: 'temp-needed'; readonly path: string; readonly by: string };

import type { Numbers } from '../execute/executor.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Reason } from '../plan/reason.ts';

/**
 * Everything that can be seen of a run, in order. The terminal, `--json`, and the run log are
 * consumers of this one stream. `at` is milliseconds since the Unix epoch.
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly profile: string;
      /** Tasks selected, and how many of them are already known to be fresh. */
      readonly tasks: number;
      readonly fresh: number;
      readonly jobs: number;
    }
  | { readonly type: 'task-started'; readonly task: string; readonly reasons: readonly Reason[] }
  | {
      readonly type: 'task-progress';
      readonly task: string;
      readonly done: number;
      readonly total: number;
      /** What is counted, in the plural: `epochs`, `maps`. */
      readonly unit: string;
      /** A short live text such as `loss 0.412, 1520 images/s`; may be empty. */
      readonly note: string;
      /** What the stage gave by name, such as a loss; null is no number (NaN, an infinity). */
      readonly numbers?: Numbers;
    }
  | {
      readonly type: 'task-log';
      readonly task: string;
      readonly stream: 'out' | 'err';
      readonly text: string;
    }
  | { readonly type: 'task-warning'; readonly task: string; readonly message: string }
  | { readonly type: 'task-finished'; readonly task: string; readonly outcome: Outcome }
  /** Another `pipe run` holds this project. */
  | { readonly type: 'waiting'; readonly pid: number; readonly host: string }
  | {
      readonly type: 'run-finished';
      readonly ran: number;
      readonly restored: number;
      readonly fresh: number;
      readonly failed: number;
      readonly skipped: number;
      /** It was told to stop before all was done. */
      readonly stopped?: boolean;
      readonly ms: number;
    }
);

/** An event before it is given its time. */
export type EventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

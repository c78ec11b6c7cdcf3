import type { Needs } from './needs.ts';

/** One array of jobs, all alike in what they need. */
export interface Submission {
  /** The name of its batch: what the jobs are found by. */
  readonly batch: string;
  /** Elements, from 0. */
  readonly count: number;
  readonly needs: Needs;
  /** Nodes that are to be avoided. */
  readonly exclude: readonly string[];
  /** Elements that may run at the same time; null is no bound. */
  readonly most: number | null;
}

export type Submitted =
  | { readonly type: 'taken'; readonly id: string }
  /** It will never be taken as it is. */
  | { readonly type: 'refused'; readonly message: string }
  /** Some bound is met for now. */
  | { readonly type: 'later'; readonly message: string }
  /** The answer was lost: it may have been taken. */
  | { readonly type: 'unsure'; readonly message: string };

/** How an element stands, as the engine says. */
export interface JobState {
  readonly batch: string;
  readonly index: number;
  /** Of the whole array: what cancels it. */
  readonly id: string;
  /** In Slurm's words: `PENDING`, `RUNNING`, `NODE_FAIL` … */
  readonly state: string;
  readonly reason: string;
  readonly node: string;
}

/** All that an engine of a cluster has to do. */
export interface Queue {
  submit(submission: Submission): Promise<Submitted>;
  /** One call for all. What is missing was forgotten, or never came there; null when no answer was to be had. */
  states(batches: ReadonlyMap<string, string | null>): Promise<readonly JobState[] | null>;
  /** One call for all; `pending`: only those that do not run yet. False when it was not heard. */
  cancel(ids: readonly string[], pending: boolean): Promise<boolean>;
}

/** States after which nothing of an element runs. */
const over = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY'],
  ...['PREEMPTED', 'REVOKED', 'TIMEOUT'],
]);

export function isOver(state: string): boolean {
  return over.has(state);
}

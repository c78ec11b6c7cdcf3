import type { Digest } from '../digest.ts';
import type { TaskListener } from '../execute/executor.ts';
import type { Json } from '../json.ts';
import type { BatchHead } from './protocol.ts';
import type { Answer, Link } from './protocol.ts';
import type { Job } from './job.ts';
import type { Steps, Wishes } from './needs.ts';
import type { PackRules } from './batches.ts';

/** A task that is to be carried out somewhere else. */
export interface Order {
  readonly fingerprint: Digest;
  readonly task: string;
  /** Tasks of one kind take about as long as each other: a stage. */
  readonly kind: string;
  readonly wishes: Wishes;
  /** All that a job needs to know of it, beside what is common to its kind. */
  readonly ticket: Json;
  /** It is to run, whatever the store has of it. */
  readonly anew?: true;
  /** Of one that comes after another in a chain: by what a job may have promised it. */
  readonly open?: Digest;
  /** What its job goes on with when it is done; made when it is submitted. */
  readonly chain?: { readonly length: number; readonly links: () => readonly Link[] };
}

export interface OrderListener extends TaskListener {
  /** It lies in a job that waits, or runs. */
  queued(job: string): void;
  started(job: string, node: string): void;
  /** Its job is gone without an answer, and it goes into another. */
  lost(job: string, state: string): void;
}

/** How it ended for whoever asked. */
export type End =
  | { readonly type: 'answered'; readonly answer: Answer }
  /** The store has its result, whoever made it. */
  | { readonly type: 'committed' }
  /** The driver was told to stop, or to leave its jobs alone. */
  | { readonly type: 'left' };

/** An order while it is not done. */
export interface Ask {
  readonly order: Order;
  readonly listener: OrderListener;
  readonly resolve: (end: End) => void;
  /** Bytes of its line. */
  readonly bytes: number;
  job: Job | null;
  steps: Steps;
  losses: number;
  exclude: readonly string[];
  notBefore: number;
  /** Since when a job says that it is done, while its result cannot be seen. */
  doneAt: number | null;
}

/** What a driver goes by. */
export interface DeskRules extends PackRules {
  readonly site: string;
  /** Another one than Slurm. */
  readonly engine?: 'command';
  readonly project: string;
  /** Elements that may run at the same time. */
  readonly most: number | null;
  /** Milliseconds by which files may be seen late. */
  readonly patience: number;
  /** Milliseconds after which an engine that does not know of a job never heard of it. */
  readonly sure: number;
  /** What the jobs of these kinds need beside their tickets. */
  readonly common: (kinds: ReadonlySet<string>) => BatchHead['common'];
  /** Milliseconds that a task of the kind took before; null where that is not known. */
  readonly history: (kind: string) => number | null;
  /** Something that the user should know, which is no task's. */
  readonly tell: (message: string) => void;
}

/** How often a task's job may be lost. */
export const mostLosses = 3;

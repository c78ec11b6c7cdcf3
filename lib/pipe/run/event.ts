import type { Numbers } from '../execute/executor.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Reason } from '../plan/reason.ts';
import type { Trouble } from '../remote/trouble.ts';

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
      /** By stage, in the order in which they can run. Runs of earlier versions said nothing of what follows. */
      readonly stages?: readonly StageForecast[];
      readonly origin?: RunOrigin;
      readonly host?: string;
    }
  | {
      readonly type: 'task-started';
      readonly task: string;
      readonly reasons: readonly Reason[];
      /** Of a task that is carried out on a site: where. */
      readonly node?: string;
    }
  /** It lies in a job of a site, which may wait. */
  | { readonly type: 'task-queued'; readonly task: string; readonly site: string; readonly job: string }
  /** Its job is gone without an answer, and it goes into another; `state` is the engine's word. */
  | { readonly type: 'job-lost'; readonly task: string; readonly job: string; readonly state: string }
  /** What there is to know of a site beside its tasks. */
  | { readonly type: 'site-note'; readonly site: string; readonly message: string }
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
  /** Something is wrong with the remote cache, and the run goes on; `stopped`: it is not used that way any more. */
  | {
      readonly type: 'remote-trouble';
      readonly cache: string;
      readonly doing: 'read' | 'write';
      readonly stopped: boolean;
      readonly trouble: Trouble;
    }
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
      /** What passed between here and the remote cache, where one was used. */
      readonly remote?: RemoteUse;
      readonly ms: number;
    }
);

/** What of a stage is selected, and how many of its tasks the plan says what of. */
export interface StageForecast {
  readonly stage: string;
  readonly tasks: number;
  readonly fresh: number;
  readonly restorable: number;
  readonly stale: number;
  /** They wait for the bytes of others. */
  readonly unknown: number;
}

/** Where a run comes from, to be told later what it was. */
export interface RunOrigin {
  /** As on the command line: `params.train.epochs=5`. */
  readonly set: readonly string[];
  /** The name that it was given; null for a run of the project as it is. */
  readonly experiment: string | null;
  /** The version of pipe. */
  readonly engine: string;
  /** Null outside git, and where a run knew at once that there was nothing to do. */
  readonly revision: Revision | null;
}

/** A state of the project in git. */
export interface Revision {
  readonly commit: string;
  /** Whether files differ from the commit, other than locks and what runs write; null where git took too long to say. */
  readonly dirty: boolean | null;
}

export interface RemoteUse {
  /** Blobs brought and their bytes, results given and their bytes. */
  readonly downloaded: number;
  readonly bytesDown: number;
  readonly uploaded: number;
  readonly bytesUp: number;
  /** Outputs of this run that stay there, for nothing read them. */
  readonly left: number;
  /** Results that were to be given and could not be. */
  readonly ungiven: number;
}

/** An event before it is given its time. */
export type EventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never;

import type { Finding } from '../stage/doctor.ts';
import type { Digest } from '../digest.ts';
import type { Graph } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { StatedCapacity } from '../execute/capacity.ts';
import type { Executor } from '../execute/executor.ts';
import type { ModuleQuestions } from '../execute/protocol.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import type { TaskPlan } from '../plan/plan.ts';
import type { RunEvent, RunOrigin } from './event.ts';
import type { Locked, NotHeld, Waiter } from './hold.ts';
import type { Failure } from '../plan/outcome.ts';
import type { CodeNote, Selection } from './selection.ts';
import type { OpenSite } from './site.ts';
import type { RemoteSettings } from '../remote/settings.ts';

export type { CodeNote, Selection } from './selection.ts';

export interface ProjectOptions {
  /** Where the content store and the action cache lie; `cache/` in the project unless given. */
  readonly cacheDirectory?: string;
  /** The caller's environment, from which tasks get what they declare; `process.env` unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Who runs tasks and is asked about modules; processes of this machine unless given. */
  readonly workers?: Executor & ModuleQuestions;
}

/** What a run would do, and why; nothing is changed by asking. */
export interface Inspection {
  /** One per selected task, in topological order. */
  readonly tasks: readonly InspectedTask[];
  readonly codeNotes: readonly CodeNote[];
  /** When any of these is non-empty, a run would refuse to start. */
  readonly stageIssues: readonly StageIssue[];
  readonly inputIssues: readonly InputIssue[];
}

export interface InspectedTask {
  readonly index: number;
  readonly id: string;
  readonly plan: TaskPlan;
}

/** What the project's doctor found on this machine; nothing where there is no doctor. */
export interface Examination {
  readonly findings: readonly Finding[];
  /** Why it could not be asked; null when it could. */
  readonly failure: string | null;
}

export interface RunOptions {
  readonly selection: Selection;
  /** Tasks that run whatever the plan says. */
  readonly force: Selection;
  /** CPU threads that running tasks may hold together. */
  readonly jobs: number;
  /** What else they may hold; unless given, what the machine has and the file says. */
  readonly capacity?: StatedCapacity | undefined;
  /** After a failure, go on with what does not depend on it. */
  readonly keepGoing: boolean;
  /** A task that reads what it does not declare has failed; otherwise it is warned of. */
  readonly strict?: boolean;
  /** The remote cache that it takes results from, and perhaps gives them to; none unless given. */
  readonly remote?: RemoteSettings | null;
  /** Where else tasks are carried out; here unless given. */
  readonly site?: OpenSite | null;
  /** Names all that was asked, so that the same can be answered at once while nothing changes. */
  readonly question?: Digest | undefined;
  /** Whether all outputs of an experiment are laid into its directory in the end; the store has them anyway. */
  readonly places?: boolean;
  /** What the run's record says of where it comes from. */
  readonly origin?: Promise<RunOrigin>;
  /** Aborting it stops running tasks (SIGTERM, then SIGKILL) and starts no more. */
  readonly signal: AbortSignal;
  readonly listener: (event: RunEvent) => void;
}

export type RunSummary =
  | {
      readonly type: 'finished';
      readonly run: string;
      /** Project-relative directory of the run's log (`events.ndjson`) and its tasks' logs. */
      readonly log: string;
      readonly ran: number;
      readonly restored: number;
      readonly fresh: number;
      readonly failed: number;
      readonly skipped: number;
      readonly failures: readonly { readonly task: string; readonly failure: Failure }[];
      /** `pipe.lock` or the caches could not be written; what ran is found again in the action cache. */
      readonly unsaved: Extract<Failure, { reason: 'store-failed' }> | null;
      /** The caller's signal stopped it. */
      readonly stopped: boolean;
      readonly ms: number;
    }
  /** Nothing was started and nothing changed: the declarations do not fit the code or the files. */
  | {
      readonly type: 'refused';
      readonly stageIssues: readonly StageIssue[];
      readonly inputIssues: readonly InputIssue[];
    }
  | Locked;

/** One of many runs. */
export interface OneRun {
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly options: RunOptions;
  /** Called when it is over; the next one begins when its promise is settled. */
  readonly ended: (summary: RunSummary) => Promise<void>;
}

export interface ManyRuns extends Waiter {
  /** CPU threads that the tasks of all runs may hold together. */
  readonly jobs: number;
  /** What else they may hold, as of one run; `declared` is what the file says. */
  readonly capacity?: StatedCapacity | undefined;
  readonly declared: Manifest['resources'];
  /** Each is asked for when its turn comes. */
  readonly runs: readonly (() => OneRun)[];
}

/** One project directory, opened: what commands ask and do. */
export interface Project {
  readonly directory: string;
  /** Absolute path of the directory that holds the content store. */
  readonly cache: string;
  inspect(
    manifest: Manifest,
    graph: Graph,
    selection: Selection,
    capacity?: StatedCapacity,
  ): Promise<Inspection>;
  /** What the project finds on this machine; changes nothing. */
  examine(manifest: Manifest): Promise<Examination>;
  run(manifest: Manifest, graph: Graph, options: RunOptions): Promise<RunSummary>;
  /** Many runs, side by side within the same bounds. */
  runMany(runs: ManyRuns): Promise<{ readonly type: 'finished' } | NotHeld>;
  /** Ends the workers; tasks that still run are killed. */
  close(): Promise<void>;
  /** For a caller that ends at once: nothing that was started goes on. */
  kill(): void;
}

import type { Task } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Produced, StalePlan } from './attempt.ts';
import type { Surroundings } from './execution.ts';
import type { Engine } from './engine.ts';
import type { EventBody } from './event.ts';
import type { RemoteSide } from './remote-side.ts';
import type { Survey } from './survey.ts';

/** Somewhere else than here, where tasks can be carried out. Whoever carries one out commits it to the store. */
export interface Site {
  readonly name: string;
  /** As `produceOutputs` does it here; `left`: the run was told to stop before it was done. */
  carryOut(
    task: Task,
    plan: StalePlan,
    execution: SiteExecution,
  ): Promise<Produced | { readonly type: 'left' }>;
  /** After a failure: what has not begun is taken back, what runs goes on. */
  drain(): void;
  /** When there is nothing more to carry out. */
  close(): Promise<void>;
}

export interface SiteExecution extends Surroundings {
  readonly emit: (event: EventBody) => void;
  /** It lies in a job. */
  readonly queued: (job: string) => void;
  /** It runs. */
  readonly started: (node: string) => void;
  /** What the run has of a remote cache. */
  readonly remote: RemoteSide | null;
}

/** What a site is opened with, once for a run. */
export interface SiteParts {
  readonly engine: Engine;
  readonly manifest: Manifest;
  readonly survey: Survey;
  readonly strict: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

export interface OpenSite {
  /** Whether it and this machine meet in the remote cache alone: then nothing goes without that. */
  readonly apart: boolean;
  /** The survey for the machines there, which may compute other bits than this one. Asks them where they are not known. */
  surveyed(parts: SiteParts): Promise<Survey>;
  open(parts: SiteParts): Promise<Site>;
}

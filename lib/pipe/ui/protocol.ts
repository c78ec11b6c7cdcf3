/**
 * What the server and the page say to each other, as JSON. Both import this file, and it imports nothing that
 * runs, so that it can be bundled into the page.
 */
import type { OutputView } from './views.ts';

/** How a task stands. A task is sent as its place in this list. */
export const STATES = [
  'unknown',
  'up to date',
  'to restore',
  'may run',
  'to run',
  'waiting',
  'running',
  'ran',
  'restored',
  'failed',
  'skipped',
] as const;
export type TaskState = (typeof STATES)[number];

export function stateCode(state: TaskState): number {
  return STATES.indexOf(state);
}

export type AxisValue = string | number | boolean;

export interface AxisView {
  readonly name: string;
  readonly values: readonly AxisValue[];
  readonly scan: boolean;
}

/**
 * A stage, of whose tasks only the axes are sent: the last axis runs fastest, the first task has the number `base`.
 * Where not every combination of their values has a task, `runs` says which have.
 */
export interface StageView {
  readonly name: string;
  readonly title: string;
  /** Its row of the drawing that `pipe dag` prints: `│ ├─●`. */
  readonly lane: string;
  readonly axes: readonly AxisView[];
  readonly base: number;
  readonly count: number;
  /** Combinations with a task: how many in a row, from which on, ascending. Null where all have one. */
  readonly runs: readonly (readonly [from: number, tasks: number])[] | null;
  /** CPU threads that a task of it holds. */
  readonly threads: number;
  /** Milliseconds that a task of it took when it last ran, in the mean; null where no run is on record. */
  readonly recorded: number | null;
}

export interface PipelineView {
  readonly project: string;
  readonly profile: string;
  readonly set: readonly string[];
  readonly experiment: string | null;
  readonly profiles: readonly string[];
  readonly tasks: number;
  readonly stages: readonly StageView[];
  /** What is wrong with `pipeline.yaml`; null when nothing is. */
  readonly problem: string | null;
}

/** Tasks of a stage of which the same is to be said. */
export interface PlanGroup {
  readonly stage: string;
  readonly count: number;
  readonly state: TaskState;
  readonly text: string;
}

export interface PlanView {
  /** Base64 of a byte for each task: its state. */
  readonly states: string;
  readonly groups: readonly PlanGroup[];
  /** Why a run would not start; empty when it would. */
  readonly issues: string;
}

export interface StageForecastView {
  readonly stage: string;
  readonly tasks: number;
  readonly fresh: number;
}

export interface RunHead {
  readonly run: string;
  readonly at: number;
  readonly profile: string;
  readonly set: readonly string[];
  readonly experiment: string | null;
  readonly revision: string | null;
  readonly host: string | null;
  readonly tasks: number;
  readonly fresh: number;
  readonly jobs: number;
  readonly stages: readonly StageForecastView[];
}

export interface RunEnd {
  readonly at: number;
  readonly ms: number;
  readonly stopped: boolean;
  readonly ran: number;
  readonly restored: number;
  readonly fresh: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The number of a task of the pipeline; the name of one that it does not have any more. */
export type TaskRef = number | string;

export interface ProgressPoint {
  readonly at: number;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly note: string;
  readonly numbers: Readonly<Record<string, number | null>>;
}

export interface LogLine {
  readonly at: number;
  readonly task: TaskRef;
  readonly error: boolean;
  readonly text: string;
}

export type PageEvent =
  | { readonly type: 'head'; readonly head: RunHead }
  | {
      readonly type: 'started';
      readonly at: number;
      readonly task: TaskRef;
      readonly reasons: readonly string[];
    }
  | { readonly type: 'progress'; readonly task: TaskRef; readonly point: ProgressPoint }
  | { readonly type: 'log'; readonly line: LogLine }
  | {
      readonly type: 'finished';
      readonly at: number;
      readonly task: TaskRef;
      readonly state: number;
      readonly detail: string;
      /** How long it ran; null when it did not. */
      readonly ms: number | null;
    }
  | { readonly type: 'end'; readonly end: RunEnd };

export interface RunningView {
  readonly task: TaskRef;
  readonly since: number;
  readonly reasons: readonly string[];
  readonly points: readonly ProgressPoint[];
}

export interface FailureView {
  readonly task: TaskRef;
  readonly detail: string;
}

/** All that a run's events said of how tasks stand, up to a byte of the file. */
export interface RunHistory {
  readonly run: string;
  readonly offset: number;
  readonly head: RunHead | null;
  readonly end: RunEnd | null;
  /** Tasks that the pipeline does not have; the first has the number after the last of those that it has. */
  readonly others: readonly string[];
  /** Columns of one table, a row for each change: milliseconds since the start of the run, task, state. */
  readonly at: readonly number[];
  readonly task: readonly number[];
  readonly state: readonly number[];
  readonly running: readonly RunningView[];
  readonly failures: readonly FailureView[];
  /** The first reason that a task of a stage ran for, by stage. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Milliseconds of tasks that ran, summed, and their number, by stage. */
  readonly took: Readonly<Record<string, readonly [ms: number, tasks: number]>>;
  /** The last lines that tasks printed. */
  readonly log: readonly LogLine[];
}

/** A run that was started from the page. */
export interface StartedRun {
  readonly pid: number;
  readonly command: string;
  readonly state: 'starting' | 'running' | 'ended';
  readonly status: number | null;
  /** What it said on its standard error. */
  readonly said: string;
}

/** The process that runs tasks here now. */
export interface Holder {
  readonly pid: number;
  /** The run that it is at; null while it has not begun. */
  readonly run: string | null;
}

/** A line of the stream that a page follows. */
export type FollowLine =
  | {
      readonly kind: 'events';
      readonly run: string;
      readonly offset: number;
      readonly events: readonly PageEvent[];
    }
  | {
      readonly kind: 'now';
      /** The newest run; null before the first. */
      readonly newest: string | null;
      readonly holder: Holder | null;
      readonly started: StartedRun | null;
      /** Differs when `pipeline.yaml` or a lock was written. */
      readonly stamp: string;
    };

export interface RunView {
  readonly run: string;
  readonly head: RunHead | null;
  readonly end: RunEnd | null;
}

export interface TaskView {
  readonly id: string;
  readonly title: string;
  readonly command: string;
  readonly state: TaskState | null;
  /** Why it would run, as things stand. */
  readonly plan: readonly string[];
  /** Why it ran in the run that is looked at. */
  readonly reasons: readonly string[];
  readonly detail: string;
  /** What the failure itself carries: the end of the output, or where the code threw. */
  readonly failure: readonly string[];
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly points: readonly ProgressPoint[];
  readonly log: readonly LogLine[];
  readonly params: string;
  readonly needs: readonly string[];
  readonly needed: readonly string[];
  readonly fingerprint: string | null;
  readonly outputs: readonly OutputView[];
}

export interface StartRequest {
  readonly patterns: readonly string[];
  readonly force: boolean;
  readonly only: boolean;
  readonly downstream: boolean;
  readonly keepGoing: boolean;
  readonly profile: string;
  readonly set: readonly string[];
  /** The experiment that it is to be; null for the project itself. */
  readonly experiment: string | null;
}

export interface Refused {
  readonly error: string;
}

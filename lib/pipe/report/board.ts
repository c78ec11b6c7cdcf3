import type { Failure, Outcome } from '../plan/outcome.ts';
import type { RunEvent } from '../run/event.ts';
import { addNumbers, type Curve } from './curve.ts';
import { stageOf } from './reason.ts';
import { lastDrawn } from './shown.ts';

/** What is known of a run at one moment, folded from its events. */
export interface Board {
  tasks: number;
  fresh: number;
  jobs: number;
  startedAt: number;
  /** Tasks that ended in this run, up to date ones included. */
  finished: number;
  readonly running: Map<string, RunningTask>;
  /** In the order in which their first task was seen. */
  readonly stages: Map<string, StageTally>;
  readonly failures: { readonly task: string; readonly failure: Failure; readonly tail: readonly string[] }[];
  waitingFor: { readonly pid: number; readonly host: string } | null;
}

export interface RunningTask {
  readonly task: string;
  readonly since: number;
  progress: Progress | null;
  /** What its progress reported by name. */
  readonly curves: Map<string, Curve>;
  /** The end of what it printed. */
  readonly tail: string[];
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly note: string;
  readonly at: number;
}

export interface StageTally {
  /** Tasks of it in this run; null when that was not said beforehand. */
  readonly tasks: number | null;
  ran: number;
  restored: number;
  fresh: number;
  failed: number;
  skipped: number;
  /** Of those, what had begun when the run was stopped. */
  interrupted: number;
  /** Time of its tasks, summed: more than passed on the clock when several ran at once. */
  ms: number;
}

const TAIL_LINES = 10;

export function newBoard(stageTotals: ReadonlyMap<string, number> = new Map()): Board {
  const board: Board = {
    tasks: 0,
    fresh: 0,
    jobs: 1,
    startedAt: 0,
    finished: 0,
    running: new Map(),
    stages: new Map(),
    failures: [],
    waitingFor: null,
  };
  for (const [stage, tasks] of stageTotals) board.stages.set(stage, newTally(tasks));
  return board;
}

/** Notes one event on the board. */
export function note(board: Board, event: RunEvent): void {
  switch (event.type) {
    case 'run-started':
      board.tasks = event.tasks;
      board.fresh = event.fresh;
      board.jobs = event.jobs;
      board.startedAt = event.at;
      board.finished = event.fresh;
      // Which tasks are up to date already is not said, so a stage's count could not reach its total.
      if (event.fresh > 0) board.stages.clear();
      board.waitingFor = null;
      return;
    case 'waiting':
      board.waitingFor = { pid: event.pid, host: event.host };
      return;
    case 'task-started':
      tallyOf(board, event.task);
      board.running.set(event.task, {
        task: event.task,
        since: event.at,
        progress: null,
        curves: new Map(),
        tail: [],
      });
      return;
    case 'task-progress': {
      const running = board.running.get(event.task);
      if (running === undefined) return;
      running.progress = event;
      addNumbers(running.curves, event.numbers ?? {});
      return;
    }
    case 'task-log': {
      const running = board.running.get(event.task);
      if (running !== undefined) remember(running.tail, event.text);
      return;
    }
    case 'task-finished':
      settle(board, event.task, event.outcome);
      return;
    // It runs no more; its next job says when it begins.
    case 'job-lost':
      board.running.delete(event.task);
      return;
    case 'task-queued':
    case 'task-warning':
    case 'remote-trouble':
    case 'site-note':
    case 'run-finished':
      return;
  }
}

function settle(board: Board, task: string, outcome: Outcome): void {
  const running = board.running.get(task);
  board.running.delete(task);
  board.finished += 1;
  const tally = tallyOf(board, task);
  tally[outcome.type] += 1;
  if (outcome.type === 'skipped' && outcome.reason === 'interrupted') tally.interrupted += 1;
  if (outcome.type === 'ran') tally.ms += outcome.ms;
  if (outcome.type === 'failed') board.failures.push({ task, failure: outcome, tail: running?.tail ?? [] });
}

function tallyOf(board: Board, task: string): StageTally {
  const stage = stageOf(task);
  let tally = board.stages.get(stage);
  if (tally === undefined) {
    tally = newTally(null);
    board.stages.set(stage, tally);
  }
  return tally;
}

function newTally(tasks: number | null): StageTally {
  return { tasks, ran: 0, restored: 0, fresh: 0, failed: 0, skipped: 0, interrupted: 0, ms: 0 };
}

function remember(tail: string[], text: string): void {
  for (const line of text.split('\n').map(lastDrawn)) if (line.trim() !== '') tail.push(line);
  if (tail.length > TAIL_LINES) tail.splice(0, tail.length - TAIL_LINES);
}

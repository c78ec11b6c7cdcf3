import { stripVTControlCharacters } from 'node:util';
import type { Outcome } from '../plan/outcome.ts';
import { outcomeDetail, outcomeWord } from '../report/outcome.ts';
import { reasonText } from '../report/reason.ts';
import { lastDrawn, shown } from '../report/shown.ts';
import type { RunEvent } from '../run/event.ts';
import {
  stateCode,
  type LogLine,
  type PageEvent,
  type ProgressPoint,
  type RunHead,
  type TaskRef,
} from './protocol.ts';

/** The number of a task, or its name where the pipeline does not have it. */
export type Numbering = (id: string) => TaskRef;

/** An event as the page takes it: tasks by number, reasons and outcomes as texts. Null for what it does not show. */
export function pageEvent(event: RunEvent, numberOf: Numbering): PageEvent | null {
  switch (event.type) {
    case 'run-started':
      return { type: 'head', head: headOf(event) };
    case 'task-started':
      return {
        type: 'started',
        at: event.at,
        task: numberOf(event.task),
        reasons: event.reasons.map((reason) => reasonText(reason)),
      };
    case 'task-progress':
      return { type: 'progress', task: numberOf(event.task), point: pointOf(event) };
    case 'task-log':
    case 'task-warning':
      return { type: 'log', line: lineOf(event, numberOf) };
    case 'task-finished': {
      const { at, outcome } = event;
      const state = stateCode(outcomeWord(outcome));
      const task = numberOf(event.task);
      return { type: 'finished', at, task, state, detail: outcomeDetail(outcome), ms: tookOf(outcome) };
    }
    case 'run-finished': {
      const { at, ms, ran, restored, fresh, failed, skipped, stopped } = event;
      return {
        type: 'end',
        end: { at, ms, ran, restored, fresh, failed, skipped, stopped: stopped === true },
      };
    }
    case 'remote-trouble':
    case 'task-queued':
    case 'job-lost':
    case 'site-note':
    case 'waiting':
      return null;
  }
}

export function tookOf(outcome: Outcome): number | null {
  return outcome.type === 'ran' ? outcome.ms : null;
}

export function headOf(event: Extract<RunEvent, { type: 'run-started' }>): RunHead {
  const { run, at, profile, tasks, fresh, jobs, origin, host } = event;
  return {
    run,
    at,
    profile,
    set: origin?.set ?? [],
    experiment: origin?.experiment ?? null,
    revision: origin?.revision?.commit ?? null,
    host: host ?? null,
    tasks,
    fresh,
    jobs,
    stages: (event.stages ?? []).map((of) => ({ stage: of.stage, tasks: of.tasks, fresh: of.fresh })),
  };
}

export function pointOf(event: Extract<RunEvent, { type: 'task-progress' }>): ProgressPoint {
  const { at, done, total, unit, note, numbers = {} } = event;
  return { at, done, total, unit, note: plain(note), numbers };
}

export function lineOf(
  event: Extract<RunEvent, { type: 'task-log' | 'task-warning' }>,
  numberOf: Numbering,
): LogLine {
  const [text, error] =
    event.type === 'task-log' ? [event.text, event.stream === 'err'] : [`warning: ${event.message}`, true];
  return { at: event.at, task: numberOf(event.task), error, text: plain(text.trimEnd()) };
}

/** Letters of a line that a page shows. */
const LONGEST = 2000;

/** What a terminal would show of it, without its colours. */
export function plain(text: string): string {
  const drawn = text.split('\n').map(lastDrawn).join('\n');
  const clean = shown(stripVTControlCharacters(drawn), false);
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}

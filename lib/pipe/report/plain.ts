import type { RunEvent } from '../run/event.ts';
import { newBoard, note, type Progress, type RunningTask } from './board.ts';
import { failureReport } from './failure.ts';
import { logLines } from './log-lines.ts';
import { outcomeDetail, outcomeWord } from './outcome.ts';
import { count, duration, progressText } from './quantity.ts';
import { remoteTroubleText } from './remote.ts';
import type { Reporter, Write } from './reporter.ts';
import { siteText } from './site.ts';
import type { Style } from './style.ts';
import { summary } from './summary.ts';

/** Milliseconds between two lines about one running task: enough to see that it lives. */
const PROGRESS_EVERY = 15_000;
/** So long without a line of a running task, and then as long again as it ran by then, it is said that it does. */
const SILENCE = { least: 60_000, most: 480_000 };

export interface PlainReporter extends Reporter {
  /** Names the tasks of which nothing was said for long: they run, and whoever stops what is silent need not. */
  alive(now: number): void;
}

/** For pipes, files and CI: one line for each task that did something, and now and then one for progress. */
export function plainReporter(write: Write, style: Style, verbose = false): PlainReporter {
  const board = newBoard();
  const lastLine = new Map<string, number>();
  const print = (lines: readonly string[]): void => {
    for (const line of lines) write(`${line}\n`);
  };
  return {
    event(event) {
      const tail = event.type === 'task-finished' ? (board.running.get(event.task)?.tail ?? []) : [];
      note(board, event);
      switch (event.type) {
        case 'run-started':
          if (event.fresh < event.tasks) print([opening(event)]);
          return;
        case 'task-started':
          lastLine.set(event.task, event.at);
          return;
        case 'task-progress':
          if (event.at - (lastLine.get(event.task) ?? event.at) < PROGRESS_EVERY) return;
          lastLine.set(event.task, event.at);
          print([`running   ${event.task}: ${progressed(event).join(', ')}`]);
          return;
        case 'task-warning':
          print([`${style.colors.yellow('warning')}   ${event.task}: ${event.message}`]);
          return;
        case 'remote-trouble':
          print([`${style.colors.yellow('warning')}   ${remoteTroubleText(event)}`]);
          return;
        case 'site-note':
        case 'job-lost':
          print([`${style.colors.yellow('warning')}   ${siteText(event)}`]);
          return;
        case 'task-queued':
          if (verbose) print([`queued    ${event.task} (${event.site}, job ${event.job})`]);
          return;
        case 'task-finished':
          lastLine.delete(event.task);
          print(finished(event, tail, style));
          return;
        case 'waiting':
          print([`waiting for another pipe run in this project (process ${event.pid} on ${event.host})`]);
          return;
        case 'run-finished':
          print(summary(board, event, style));
          return;
        case 'task-log':
          if (verbose) print(logLines(event, style));
          return;
      }
    },
    alive(now) {
      for (const task of board.running.values()) {
        const said = lastLine.get(task.task) ?? task.since;
        const silence = Math.min(Math.max(said - task.since, SILENCE.least), SILENCE.most);
        if (now - said < silence) continue;
        lastLine.set(task.task, now);
        print([stillRuns(task, now)]);
      }
    },
    close() {
      // Every line is already written.
    },
  };
}

function opening(event: Extract<RunEvent, { type: 'run-started' }>): string {
  const fresh = event.fresh === 0 ? '' : `, ${event.fresh} up to date`;
  return `${count(event.tasks, 'task')}${fresh}; ${count(event.jobs, 'job')} at a time`;
}

function progressed(progress: Omit<Progress, 'at'>): string[] {
  return [progressText(progress), progress.note].filter((text) => text !== '');
}

function stillRuns({ task, since, progress }: RunningTask, now: number): string {
  const known = progress === null ? [] : progressed(progress);
  return `running   ${task}: ${[...known, `${duration(now - since)} by now`].join(', ')}`;
}

function finished(
  { task, outcome }: Extract<RunEvent, { type: 'task-finished' }>,
  tail: readonly string[],
  style: Style,
): string[] {
  // Of tasks that did not run, the summary gives the number for each stage.
  if (outcome.type === 'fresh' || outcome.type === 'skipped') return [];
  if (outcome.type === 'failed') return failureReport(task, outcome, tail, style);
  const detail = outcomeDetail(outcome);
  return [`${outcomeWord(outcome).padEnd(8)}  ${task}${detail === '' ? '' : ` (${detail})`}`];
}

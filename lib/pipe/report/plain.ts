import type { RunEvent } from '../run/event.ts';
import { newBoard, note } from './board.ts';
import { failureReport } from './failure.ts';
import { logLines } from './log-lines.ts';
import { outcomeDetail, outcomeWord } from './outcome.ts';
import { count, progressText } from './quantity.ts';
import { remoteTroubleText } from './remote.ts';
import type { Reporter, Write } from './reporter.ts';
import { siteText } from './site.ts';
import type { Style } from './style.ts';
import { summary } from './summary.ts';

/** Milliseconds between two lines about one running task: enough to see that it lives. */
const PROGRESS_EVERY = 15_000;

/** For pipes, files and CI: one line for each task that did something, and now and then one for progress. */
export function plainReporter(write: Write, style: Style, verbose = false): Reporter {
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
          print([`running   ${event.task}: ${[progressText(event), event.note].filter(Boolean).join(', ')}`]);
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
    close() {
      // Every line is already written.
    },
  };
}

function opening(event: Extract<RunEvent, { type: 'run-started' }>): string {
  const fresh = event.fresh === 0 ? '' : `, ${event.fresh} up to date`;
  return `${count(event.tasks, 'task')}${fresh}; ${count(event.jobs, 'job')} at a time`;
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

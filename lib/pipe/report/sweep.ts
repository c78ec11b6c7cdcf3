import type { Outcome } from '../plan/outcome.ts';
import type { RunEvent } from '../run/event.ts';
import type { RunSummary } from '../run/project.ts';
import { failureReport } from './failure.ts';
import { failureText } from './outcome.ts';
import { progressLine } from './progress-line.ts';
import { count, duration, progressText } from './quantity.ts';
import { remoteTroubleText } from './remote.ts';
import type { Write } from './reporter.ts';
import { siteText } from './site.ts';
import type { Style } from './style.ts';

/** How a sweep is told of: its experiments, not their tasks. */
export interface SweepReporter {
  event(experiment: string, event: RunEvent): void;
  ended(experiment: string, summary: RunSummary): void;
  close(stopped: boolean): void;
}

interface Tally {
  finished: number;
  failed: number;
}

export function sweepReporter(
  write: Write,
  style: Style,
  { total, live, columns }: { readonly total: number; readonly live: boolean; readonly columns: number },
): SweepReporter {
  const startedAt = Date.now();
  const line = progressLine(write, live);
  const running = new Map<string, string>();
  const tails = new Map<string, string[]>();
  const tally: Tally = { finished: 0, failed: 0 };
  const said = new Set<string>();
  const print = (lines: readonly string[]): void => {
    line.clear();
    for (const each of lines) write(`${each}\n`);
  };
  /** Every experiment would say it. */
  const once = (message: string, text: string): void => {
    if (!said.has(message)) print([`${style.colors.yellow('warning')}   ${text}`]);
    said.add(message);
  };
  const now = (): string => {
    const [first] = running;
    const done = `${tally.finished + tally.failed} of ${count(total, 'experiment')}`;
    const text = first === undefined ? done : `${done}; ${first[0]}: ${first[1]}`;
    return text.slice(0, columns - 1);
  };
  return {
    event(experiment, event) {
      switch (event.type) {
        case 'task-started':
          running.set(experiment, event.task);
          break;
        case 'task-progress':
          running.set(experiment, [event.task, progressText(event), event.note].filter(Boolean).join(' '));
          break;
        case 'task-log':
          remember(tails, `${experiment} ${event.task}`, event.text);
          break;
        case 'task-warning':
          once(event.message, `${experiment}: ${event.task}: ${event.message}`);
          break;
        case 'remote-trouble':
          once(remoteTroubleText(event), remoteTroubleText(event));
          break;
        case 'task-finished':
          if (event.outcome.type === 'failed')
            print(failed(experiment, event.task, event.outcome, tails, style));
          break;
        case 'waiting':
          print([`waiting for another pipe run in this project (process ${event.pid} on ${event.host})`]);
          break;
        case 'site-note':
        case 'job-lost':
          once(siteText(event), siteText(event));
          break;
        case 'task-queued':
        case 'run-started':
        case 'run-finished':
          break;
      }
      line.show(now);
    },
    ended(experiment, summary) {
      running.delete(experiment);
      const word = wordOf(summary);
      if (word === 'stopped') return;
      tally[word] += 1;
      const mark = word === 'failed' ? style.colors.red(word.padEnd(8)) : word.padEnd(8);
      print([`${mark}  ${experiment} (${whatHappened(summary)})`]);
    },
    close(stopped) {
      const time = duration(Date.now() - startedAt);
      const { finished, failed: bad } = tally;
      const parts = [`${finished} finished`, ...(bad > 0 ? [`${bad} failed`] : [])].join(', ');
      const left = total - finished - bad;
      print([
        stopped
          ? `stopped: ${parts}, ${left} left; the same command goes on where it was`
          : `done: ${parts} in ${time}; \`pipe table\` compares them`,
      ]);
    },
  };
}

function remember(tails: Map<string, string[]>, key: string, text: string): void {
  const tail = tails.get(key) ?? [];
  tails.set(key, [...tail, ...text.split('\n')].slice(-10));
}

function failed(
  experiment: string,
  task: string,
  outcome: Extract<Outcome, { type: 'failed' }>,
  tails: ReadonlyMap<string, string[]>,
  style: Style,
): string[] {
  return failureReport(`${experiment}: ${task}`, outcome, tails.get(`${experiment} ${task}`) ?? [], style);
}

function wordOf(summary: RunSummary): 'finished' | 'failed' | 'stopped' {
  if (summary.type !== 'finished') return 'failed';
  if (summary.stopped) return 'stopped';
  return summary.failed > 0 || summary.unsaved !== null ? 'failed' : 'finished';
}

function whatHappened(summary: RunSummary): string {
  if (summary.type !== 'finished') return 'it could not start';
  if (summary.unsaved !== null) return failureText(summary.unsaved);
  const { ran, restored, fresh, failed, skipped, ms } = summary;
  const counts = Object.entries({ ran, restored, 'up to date': fresh, failed, skipped });
  const told = counts.filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`);
  return `${told.join(', ')} in ${duration(ms)}`;
}

import { dirname, extname } from 'node:path';
import type { RunEvent } from '../run/event.ts';
import type { Board, StageTally } from './board.ts';
import { groupBy } from '../group.ts';
import { failureText } from './outcome.ts';
import { count, duration } from './quantity.ts';
import { remoteUseText } from './remote.ts';
import type { Style } from './style.ts';
import { columnsOf, padded } from './width.ts';

type Finished = Extract<RunEvent, { type: 'run-finished' }>;

/** How a run ended, in a line per stage that did something and one for all; one line when nothing was to do. */
export function summary(board: Board, finished: Finished, style: Style): string[] {
  const { colors } = style;
  if (finished.ran + finished.restored + finished.failed + finished.skipped === 0) {
    return [
      `${colors.green('nothing to do')}: ${finished.fresh === 1 ? '1 task is' : `all ${count(finished.fresh, 'task')} are`} up to date (${duration(finished.ms)})`,
    ];
  }
  const busy = [...board.stages].filter(([, tally]) => !idle(tally));
  const width = Math.max(0, ...busy.map(([stage]) => columnsOf(stage)));
  const stopped = finished.stopped === true;
  const interrupted = [...board.stages.values()].reduce((sum, tally) => sum + tally.interrupted, 0);
  const total = countsText({ ...finished, interrupted }, stopped);
  const well = stopped ? colors.yellow('stopped') : colors.green('done');
  const verdict = finished.failed > 0 ? colors.red('failed') : well;
  const use = finished.remote === undefined ? null : remoteUseText(finished.remote);
  // What went wrong is not to be looked for above what was skipped.
  const again = finished.skipped + finished.ran > 0 ? board.failures.slice(0, LISTED_FAILURES) : [];
  return [
    ...busy.map(([stage, tally]) => `  ${padded(stage, width)}  ${tallyText(tally, stopped)}`),
    `${colors.bold(verdict)}: ${total} in ${duration(finished.ms)}`,
    ...(use === null ? [] : [use]),
    ...again.map(({ task, failure }) => `  ${colors.red('failed')}  ${task}: ${failureText(failure)}`),
    ...(board.failures.length > again.length && again.length > 0
      ? [`  and ${board.failures.length - again.length} more failed`]
      : []),
  ];
}

const LISTED_FAILURES = 10;

function idle(tally: StageTally): boolean {
  return tally.ran + tally.restored + tally.failed + tally.skipped === 0;
}

function tallyText(tally: StageTally, stopped: boolean): string {
  const text = countsText({ ...tally, fresh: 0 }, stopped);
  return tally.ms > 0 ? `${text} (${duration(tally.ms)})` : text;
}

type Counts = Readonly<Record<'ran' | 'restored' | 'fresh' | 'failed' | 'skipped' | 'interrupted', number>>;

/** `1 ran, 2 interrupted, 3 not started`: of a run that was stopped, what was skipped had begun or not. */
export function countsText(
  { ran, restored, fresh, failed, skipped, interrupted }: Counts,
  stopped: boolean,
): string {
  const begun = stopped ? interrupted : 0;
  const counts = { ran, restored, 'up to date': fresh, failed, interrupted: begun };
  return Object.entries({ ...counts, [stopped ? 'not started' : 'skipped']: skipped - begun })
    .filter(([, n]) => n > 0)
    .map(([word, n]) => `${n} ${word}`)
    .join(', ');
}

/**
 * The files a person will want to look at, by name: one figure in several formats is one line. Of a long list
 * those in the deepest directories are only counted, directory by directory.
 */
export function figureLines(paths: readonly string[], limit: number): string[] {
  const figures = [...groupBy(paths, (path) => path.slice(0, path.length - extname(path).length))].map(
    ([stem, formats]): Figure => ({
      directory: dirname(stem),
      line: stem + formats.map((path) => extname(path)).join(', '),
    }),
  );
  if (figures.length === 0) return [];
  const byDepth = figures.toSorted((a, b) => depth(a) - depth(b));
  // One too many is not worth a line that hides it.
  const shown = figures.length <= limit + 1 ? figures : byDepth.slice(0, limit);
  const rest = groupBy(byDepth.slice(shown.length), ({ directory }) => directory);
  return [
    'figures:',
    ...shown.map(({ line }) => `  ${line}`),
    ...[...rest].map(([directory, { length }]) => `  ${directory}/: ${length} more`),
  ];
}

interface Figure {
  readonly directory: string;
  readonly line: string;
}

function depth({ directory }: Figure): number {
  return directory.split('/').length;
}

import type { Board, RunningTask, StageTally } from './board.ts';
import { count, duration, progressText } from './quantity.ts';
import { telling } from './sparkline.ts';
import type { Style } from './style.ts';
import { columnsOf, fitted, padded, type Span } from './width.ts';

export interface Window {
  readonly columns: number;
  readonly rows: number;
}

/** Columns of a bar, in a window of a hundred columns or more and in a narrower one. */
const BARS = [14, 8] as const;
const LABEL = 44;

/**
 * The live part of the screen: a line for each running task, what each stage has finished, and a last
 * line of totals. It always fits the window; running tasks that have no room are counted instead.
 */
export function frame(board: Board, window: Window, now: number, style: Style): string[] {
  const ellipsis = style.unicode ? '…' : '~';
  const fit = (spans: readonly Span[]): string => fitted(spans, window.columns - 1, ellipsis);
  if (board.waitingFor !== null) {
    const { pid, host } = board.waitingFor;
    return [fit([{ text: `waiting for another pipe run in this project (process ${pid} on ${host})` }])];
  }
  // One row stays free: a terminal scrolls when its last row is filled.
  const room = Math.max(1, window.rows - 1);
  const tallies = stageLines(board, window.columns - 1).slice(0, Math.max(0, Math.floor(room / 2) - 1));
  const rows = Math.max(0, room - 1 - tallies.length);
  const running = [...board.running.values()];
  const shown = running.length <= rows ? running : running.slice(0, Math.max(0, rows - 1));
  const label = Math.min(LABEL, Math.max(0, ...shown.map(({ task }) => columnsOf(task))));
  const lines = shown.map((task) => {
    const spans = taskSpans(task, { label, bar: BARS[window.columns < 100 ? 1 : 0] }, now, style);
    return fit([...spans, ...noteSpans(task, window.columns - 1 - widthOf(spans), style)]);
  });
  if (shown.length < running.length && rows > 0) {
    lines.push(fit([{ text: `  and ${running.length - shown.length} more running` }]));
  }
  for (const tally of tallies) lines.push(fit([{ text: tally, paint: style.colors.dim }]));
  lines.push(fit([{ text: totals(board, now), paint: style.colors.bold }]));
  return lines;
}

function taskSpans(
  running: RunningTask,
  { label, bar }: { readonly label: number; readonly bar: number },
  now: number,
  style: Style,
): Span[] {
  const { colors } = style;
  const elapsed = now - running.since;
  const spans: Span[] = [{ text: `  ${padded(running.task, label)}  `, paint: colors.cyan }];
  const { progress } = running;
  if (progress === null) return [...spans, { text: duration(elapsed) }];
  if (progress.total > 0) {
    const full = Math.round(Math.min(1, progress.done / progress.total) * bar);
    const [on, off] = style.unicode ? ['█', '░'] : ['#', '.'];
    spans.push(
      { text: on.repeat(full), paint: colors.cyan },
      { text: `${off.repeat(bar - full)}  `, paint: colors.dim },
    );
  }
  const far = progressText(progress);
  spans.push({ text: `${far === '' ? '' : `${far}  `}${duration(elapsed)}` });
  const left = remaining(running);
  if (left !== null)
    spans.push({ text: `, about ${duration(Math.max(0, left - (now - progress.at)))} left` });
  return spans;
}

/** The task's own words, after a curve of what it measures where there is room for both. */
function noteSpans({ progress, curves }: RunningTask, room: number, { colors, unicode }: Style): Span[] {
  const note = progress?.note ?? '';
  const words: Span[] = note === '' ? [] : [{ text: `  ${note}`, paint: colors.dim }];
  // A note that begins with the number says what is drawn.
  const before = (name: string) => (note.startsWith(`${name} `) ? '  ' : `  ${name} `);
  const curve = telling(curves, (name) => room - widthOf(words) - columnsOf(before(name)), unicode);
  if (curve === null) return words;
  return [
    { text: before(curve.name), paint: colors.dim },
    { text: curve.line, paint: colors.cyan },
    ...words,
  ];
}

function widthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + columnsOf(text), 0);
}

/** Milliseconds from the last progress to the end, if the rest goes as fast as what is done. */
function remaining({ since, progress }: RunningTask): number | null {
  if (progress === null || progress.done <= 0 || progress.done >= progress.total) return null;
  return ((progress.at - since) * (progress.total - progress.done)) / progress.done;
}

function stageLines(board: Board, columns: number): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const [stage, tally] of board.stages) {
    const done = tally.ran + tally.restored + tally.fresh;
    const text = ` ${stage} ${done}${tally.tasks === null ? '' : `/${tally.tasks}`}${trouble(tally)}`;
    if (line.length > 1 && columnsOf(`${line} ${text}`) > columns) {
      lines.push(line);
      line = ' ';
    }
    line += line.length > 1 ? ` ${text}` : text;
  }
  if (line.length > 1) lines.push(line);
  return lines;
}

function trouble({ failed, skipped }: StageTally): string {
  return (failed > 0 ? `, ${failed} failed` : '') + (skipped > 0 ? `, ${skipped} skipped` : '');
}

function totals(board: Board, now: number): string {
  const parts = [
    `${board.finished} of ${count(board.tasks, 'task')} done`,
    `${board.running.size} running`,
    ...(board.failures.length > 0 ? [`${board.failures.length} failed`] : []),
    duration(now - board.startedAt),
  ];
  return parts.join(', ');
}

import type { RunEvent } from '../run/event.ts';
import { lastDrawn } from './shown.ts';
import type { Style } from './style.ts';

/** What a task printed, with its name before each line; `!` instead of `|` is its standard error. */
export function logLines(
  { task, stream, text }: Extract<RunEvent, { type: 'task-log' }>,
  { colors }: Style,
): string[] {
  const name = colors.cyan(task);
  const mark = stream === 'err' ? '!' : '|';
  return text.split('\n').map((line) => `${name} ${mark} ${lastDrawn(line)}`.trimEnd());
}

import { relative } from 'node:path';
import type { Failure } from '../plan/outcome.ts';
import { failureLines, failureText } from './outcome.ts';
import { lastDrawn } from './shown.ts';
import type { Style } from './style.ts';

/**
 * What a failed task leaves on the screen: what went wrong, the last lines it printed, and where the
 * rest of them is. `printed` is used where the failure itself carries no lines.
 */
export function failureReport(
  task: string,
  failure: Failure,
  printed: readonly string[],
  style: Style,
): string[] {
  const { colors } = style;
  const own = failureLines(failure);
  const lines = own.length > 0 ? own : printed;
  return [
    `${colors.bold(colors.red('failed'))}  ${colors.bold(task)}: ${failureText(failure)}`,
    ...lines.map((line) => `        ${colors.dim('|')} ${clipped(lastDrawn(line).trimEnd())}`),
    ...(failure.log === null ? [] : [`        log: ${fromHere(failure.log)}`]),
  ];
}

/** Letters of a line on the screen; the log has all of it. */
const LONGEST = 2000;

function clipped(line: string): string {
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}

/** As it can be opened from where the user stands, when that is shorter. */
function fromHere(path: string): string {
  const near = relative('', path);
  return near.length < path.length ? near : path;
}

import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { Style } from './style.ts';
import { columnsOf } from './width.ts';

/** Lines longer than this are shown around the mistake only. */
const WIDTH = 96;

/**
 * A mistake in the configuration with its line and a caret below the mistake:
 *
 *     pipeline.yaml:31:22: error: there is no stage `dat`
 *        31 │     inputs: { train: dat.train }
 *           │                      ^^^
 *           = did you mean `data`?
 *
 * `text` is the manifest's; that of another file, and what was typed on the command line, are in the diagnostic.
 */
export function formatDiagnostic(diagnostic: Diagnostic, text: string, { colors, unicode }: Style): string {
  const { file, range, typed, severity, message, hint } = diagnostic;
  const place = typed === undefined ? `${file}:${range.start.line}:${range.start.column}` : file;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const title = `${colors.bold(place)}: ${colors.bold(paint(severity))}: ${colors.bold(message)}`;

  const bar = colors.dim(unicode ? '│' : '|');
  const number = typed === undefined ? String(range.start.line) : '';
  const margin = ' '.repeat(Math.max(5, number.length + 1));
  const { line, before, marked } = excerpt(
    diagnostic,
    typed ?? diagnostic.text ?? text,
    unicode ? '…' : '...',
  );
  const caret = ' '.repeat(columnsOf(before)) + '^'.repeat(Math.max(1, columnsOf(marked)));
  const lines = [
    title,
    `${colors.dim(number.padStart(margin.length))} ${bar} ${line}`.trimEnd(),
    `${margin} ${bar} ${paint(caret)}`,
  ];
  if (hint !== undefined) lines.push(`${margin} ${colors.dim('=')} ${hint}`);
  return lines.join('\n');
}

/** The first line of the range, or the part of it around the mistake. */
function excerpt(
  { range: { start, end } }: Diagnostic,
  text: string,
  ellipsis: string,
): { line: string; before: string; marked: string } {
  const from = text.lastIndexOf('\n', start.offset - 1) + 1;
  const newline = text.indexOf('\n', start.offset);
  const to = newline === -1 ? text.length : newline;
  const line = text.slice(from, to).replace(/\r$/, '').replaceAll('\t', ' ');
  const at = start.offset - from;
  const length = Math.min(end.offset, from + line.length) - start.offset;
  if (line.length <= WIDTH) return { line, before: line.slice(0, at), marked: line.slice(at, at + length) };

  const left = Math.max(0, Math.min(at - Math.floor(WIDTH / 3), line.length - WIDTH));
  const right = Math.min(line.length, left + WIDTH);
  const head = left > 0 ? ellipsis : '';
  return {
    line: head + line.slice(left, right) + (right < line.length ? ellipsis : ''),
    before: head + line.slice(left, at),
    marked: line.slice(at, Math.min(right, at + length)),
  };
}

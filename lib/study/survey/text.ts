import { ALL, type ResultRow } from './results.ts';
import { percent, rangeOf } from './written.ts';

/** Columns as wide as their widest cell, numbers to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (/^[−\d]/.test(cell) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** The results, as a person reads them. */
export function resultsText(rows: readonly ResultRow[]): string {
  const several = rows.some(({ people }) => people !== 'everyone');
  return textTable(
    [
      'question',
      'method',
      'group',
      ...(several ? ['people'] : []),
      'share',
      '95 %',
      'chance',
      'people',
      'images',
      'answers',
    ],
    rows.map((row) => [
      row.question,
      row.method === ALL ? '' : row.method,
      row.group === ALL ? '' : row.group,
      ...(several ? [row.people] : []),
      percent(row.value),
      rangeOf(row),
      percent(row.chance),
      String(row.raters),
      String(row.items),
      String(row.answers),
    ]),
  );
}

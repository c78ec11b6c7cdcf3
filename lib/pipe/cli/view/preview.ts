import { statSync } from 'node:fs';
import { numberText } from '../../report/quantity.ts';
import type { Preview } from '../../ui/views.ts';
import { contentText } from './content-lines.ts';
import type { ContentTable, Range, Value } from './content.ts';
import { readContent } from './read-content.ts';

/** Rows that a page shows, and letters of a cell. */
const ROWS = 200;
const CELL = 200;

/**
 * What the page shows of a file that is a table, arrays or a net by its name: what `pipe show` prints of it, a table as
 * one. Null of what is none of these. Throws where the file is not what its name says.
 */
export async function contentPreview(name: string, file: string): Promise<Preview | null> {
  const content = await readContent(file, name);
  switch (content.kind) {
    case 'table':
      return tablePreview(content);
    case 'arrays':
    case 'net':
      return { kind: 'text', text: contentText(content, statSync(file).size, name).join('\n'), cut: false };
    case 'image':
    case 'text':
    case 'unknown':
      return null;
  }
}

function tablePreview({ rows, columns, metadata }: ContentTable): Preview {
  const plain = columns.flatMap(({ name, values }) => (values === null ? [] : [{ name, values }]));
  return {
    kind: 'table',
    rows,
    columns: columns.map(({ name, type, shape, range, missing }) => ({
      ...{ name, type, missing, range: rangeText(range) },
      ...{ shape: [rows, ...shape].join(' × '), tensor: null, integer: false },
    })),
    metadata,
    names: plain.map(({ name }) => name),
    first: Array.from({ length: Math.min(ROWS, rows) }, (_, row) =>
      plain.map(({ values }) => cellText(values[row] ?? null)),
    ),
  };
}

function rangeText(range: Range | null): string {
  if (range === null) return '';
  const [min, max] = [cellText(range.min), cellText(range.max)];
  return `${min} … ${max}${range.mean === null ? '' : `, mean ${numberText(range.mean)}`}`;
}

function cellText(value: Value): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? numberText(value) : String(value);
  return text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text;
}

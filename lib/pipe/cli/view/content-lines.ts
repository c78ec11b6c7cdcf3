import { bytes, count, grouped, numberText } from '../../report/quantity.ts';
import { table } from '../../report/table.ts';
import type { Content, ContentArrays, ContentNet, ContentTable, Entries, Range, Value } from './content.ts';
import { pickRows, type Picked } from './pick-rows.ts';

/** Longest text of one cell. */
const CELL = 32;
/** Longest line of a text. */
const LINE = 200;
const FIRST_ROWS = 5;
const FIRST_LINES = 20;

/** A file at a glance: `size` is its own, `rows` how many rows or lines of it are shown. */
export function contentText(content: Content, size: number, name: string, rows?: number): string[] {
  switch (content.kind) {
    case 'table':
      return tableText(content, rows ?? FIRST_ROWS);
    case 'arrays':
      return arraysText(content);
    case 'net':
      return netText(content);
    case 'image': {
      const { format, width, height, channels, density } = content;
      const dots = density === null ? '' : `, ${density} dots per inch`;
      return [`${format} image, ${width} × ${height} pixels, ${channels} channels${dots}`];
    }
    case 'text':
      return linesText(content.lines, content.format, size, rows ?? FIRST_LINES);
    case 'unknown':
      return [`${bytes(size)} of ${name}`];
  }
}

/** Names, types, shapes and ranges of all columns, the file's own metadata, and first rows of plain columns. */
function tableText(content: ContentTable, rows: number): string[] {
  const { format, columns, metadata } = content;
  return [
    `${format}: ${count(content.rows, 'row')}, ${count(columns.length, 'column')}`,
    '',
    ...table([
      ['column', 'type', 'shape', 'min', 'mean', 'max', 'missing'],
      ...columns.map(({ name, type, shape, range, missing }) => [
        cut(name),
        type,
        `[${[content.rows, ...shape].join(', ')}]`,
        ...rangeCells(range),
        missing === 0 ? '' : String(missing),
      ]),
    ]),
    ...entriesText('metadata', metadata),
    ...firstRows(content, rows),
  ];
}

function firstRows(content: ContentTable, wanted: number): string[] {
  const picked = pickRows(content, { where: [], columns: null, rows: wanted });
  if ('problem' in picked || picked.names.length === 0 || picked.rows.length === 0) return [];
  const cells = picked.rows.map((row) => row.map((value) => cut(cellText(value))));
  return ['', `first ${count(cells.length, 'row')}`, ...table([picked.names.map(cut), ...cells])];
}

function arraysText({ format, arrays, metadata }: ContentArrays): string[] {
  const named = arrays.some(({ name }) => name !== '');
  const rows = arrays.map(({ name, type, shape, range, missing, first }) => [
    ...(named ? [name] : []),
    type,
    `[${shape.join(', ')}]`,
    ...rangeCells(range),
    missing === 0 ? '' : String(missing),
    `${first.map(cellText).slice(0, 4).join(' ')}${first.length > 4 ? ' …' : ''}`,
  ]);
  const head = [...(named ? ['array'] : []), 'type', 'shape', 'min', 'mean', 'max', 'missing', 'first'];
  const numbers = arrays.reduce((sum, { shape }) => sum + shape.reduce((all, side) => all * side, 1), 0);
  const said = `${named ? `${count(arrays.length, 'array')}, ` : ''}${count(numbers, 'value')}`;
  return [`${format}: ${said}`, '', ...table([head, ...rows]), ...entriesText('metadata', metadata)];
}

function netText({ format, inputs, outputs, operators, weights, metadata }: ContentNet): string[] {
  const nodes = operators.reduce((sum, [, times]) => sum + times, 0);
  return [
    `${format}: ${count(nodes, 'operator')}, ${count(weights, 'weight')}`,
    ...entriesText('inputs', inputs),
    ...entriesText('outputs', outputs),
    ...entriesText(
      'operators',
      operators.map(([name, times]) => [name, String(times)]),
    ),
    ...entriesText('metadata', metadata),
  ];
}

function linesText(lines: readonly string[], format: string, size: number, wanted: number): string[] {
  const shown = lines
    .slice(0, wanted)
    .map((line) => (line.length > LINE ? `${line.slice(0, LINE - 1)}…` : line));
  const more = lines.length - shown.length;
  return [`${bytes(size)} of ${format}`, '', ...shown, ...(more > 0 ? ['…'] : [])];
}

function entriesText(title: string, entries: Entries): string[] {
  if (entries.length === 0) return [];
  return ['', title, ...table(entries.map(([key, value]) => [`  ${key}`, value.replaceAll('\n', ' ')]))];
}

function rangeCells(range: Range | null): string[] {
  if (range === null) return ['', '', ''];
  return [range.min, range.mean ?? '', range.max].map((value) =>
    typeof value === 'number' ? numberText(value) : String(value),
  );
}

function cellText(value: Value): string {
  return typeof value === 'number' ? numberText(value) : String(value).replaceAll('\n', ' ');
}

function cut(text: string): string {
  return text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text;
}

/** Rows of a table, every digit of them. */
export function rowsText({ names, rows, found }: Picked, all: number): string[] {
  const cells = rows.map((row) => row.map((value) => String(value).replaceAll('\n', ' ')));
  const first = rows.length < found ? `the first ${grouped(rows.length)} of ` : '';
  return [`${first}${count(found, 'row')} of ${all}`, ...table([[...names], ...cells])];
}

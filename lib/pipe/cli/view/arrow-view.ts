import { readArrow, type ArrowTable, type ColumnInfo } from '../../arrow/read.ts';
import { plainValues, summarise, type ColumnSummary, type PlainRows } from '../../arrow/summary.ts';
import { count } from '../../report/quantity.ts';
import { table } from '../../report/table.ts';

const FIRST_ROWS = 5;
/** Longest text of one cell. */
const CELL = 32;

/** Names, types, shapes and ranges of all columns, the file's own metadata, and first rows of plain columns. */
export async function arrowView(path: string): Promise<string[]> {
  const arrow = await readArrow(path);
  const columns = summarise(arrow);
  return [
    `Arrow file: ${count(arrow.rows, 'row')}, ${count(columns.length, 'column')}`,
    '',
    ...table([
      ['column', 'type', 'shape', 'min', 'mean', 'max', 'missing'],
      ...columns.map((column) => columnCells(column, arrow.rows)),
    ]),
    ...metadataLines(arrow.metadata),
    ...firstRows(arrow),
  ];
}

function columnCells({ name, info, range, missing }: ColumnSummary, rows: number): string[] {
  const numbers = range === null ? ['', '', ''] : [range.min, range.mean, range.max].map(numberText);
  return [name, typeText(info), shapeText(info, rows), ...numbers, missing === 0 ? '' : String(missing)];
}

function typeText(info: ColumnInfo): string {
  switch (info.type) {
    case 'tensor':
      return info.element;
    case 'other':
      return info.stored;
    case 'int32':
    case 'float64':
    case 'bool':
    case 'utf8':
      return info.type;
  }
}

function shapeText(info: ColumnInfo, rows: number): string {
  if (info.type !== 'tensor') return `[${rows}]`;
  const names = info.dimensions;
  const sides = info.shape.map((side, index) => (names === null ? String(side) : `${names[index]!} ${side}`));
  return `[${[rows, ...sides].join(', ')}]`;
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(5);
}

function metadataLines(metadata: ArrowTable['metadata']): string[] {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return [];
  return ['', 'metadata', ...table(entries.map(([key, value]) => [`  ${key}`, value]))];
}

function firstRows(arrow: ArrowTable): string[] {
  const plain = Object.entries(arrow.columns).filter(([, { type }]) => type !== 'tensor' && type !== 'other');
  const [first] = arrow.batches();
  if (plain.length === 0 || first === undefined) return [];
  const shown = Math.min(FIRST_ROWS, first.rows);
  const cells = plain.map(([name, info]) => cellsOf(first, name, info, shown));
  const rows = Array.from({ length: shown }, (_, row) => cells.map((column) => column[row]!));
  return ['', `first ${count(shown, 'row')}`, ...table([plain.map(([name]) => name), ...rows])];
}

function cellsOf(rows: PlainRows, name: string, info: ColumnInfo, shown: number): string[] {
  return plainValues(rows, name, info)
    .slice(0, shown)
    .map((value) => {
      if (value === null) return 'null';
      const text = typeof value === 'number' ? numberText(value) : String(value).replaceAll('\n', ' ');
      return text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text;
    });
}

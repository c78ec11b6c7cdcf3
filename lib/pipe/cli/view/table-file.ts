import { extname } from 'node:path';
import { readFileSync } from '../../store/disk.ts';

export type Cell = number | string | boolean | null;

/** A table as it lies in a file: name → cells, all of one length. */
export interface TableFile {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
}

export const TABLE_FILES = ['.csv', '.tsv', '.arrow'];

/** Reads CSV, TSV or Arrow by the name's end; tensors are data and left out. Throws when it is no such file. */
export async function readTable(path: string, file: string): Promise<TableFile> {
  if (extname(path) === '.arrow') return await arrowTable(file);
  const { csvParseRows, tsvParseRows } = await import('d3-dsv');
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const [head = [], ...lines] = extname(path) === '.tsv' ? tsvParseRows(text) : csvParseRows(text);
  const rows = lines.filter((line) => line.some((cell) => cell !== ''));
  const columns = head.map((_, index): [string, readonly Cell[]] => [
    nameAt(head, index),
    typed(rows, index),
  ]);
  return { rows: rows.length, columns: new Map(columns) };
}

/** A name that stands there before gets a number, so that no column takes the place of another. */
function nameAt(head: readonly string[], index: number): string {
  const before = head.slice(0, index).filter((name) => name === head[index]).length;
  return before === 0 ? head[index]! : `${head[index]!} (${before + 1})`;
}

async function arrowTable(file: string): Promise<TableFile> {
  const { readArrow } = await import('../../arrow/read.ts');
  const table = await readArrow(file);
  const columns = new Map<string, readonly Cell[]>();
  for (const [name, { type }] of Object.entries(table.columns)) {
    if (type === 'int32' || type === 'float64') columns.set(name, table.numbers(name));
    else if (type === 'utf8') columns.set(name, table.strings(name));
    else if (type === 'bool') columns.set(name, table.booleans(name));
  }
  return { rows: table.rows, columns };
}

/** Numbers where every cell is one, or empty; texts otherwise. */
function typed(rows: readonly (readonly string[])[], index: number): readonly Cell[] {
  const cells = rows.map((row) => (row[index] ?? '').trim());
  const numbers = cells.map(numberIn);
  const told = cells.some((cell) => cell !== '');
  return told && numbers.every((number) => number !== undefined)
    ? numbers
    : cells.map((cell) => (cell === '' ? null : cell));
}

/** As other programs write numbers; null for none, undefined for a text. */
function numberIn(cell: string): number | null | undefined {
  if (cell === '') return null;
  const word = /^([+-]?)(nan|inf|infinity)$/i.exec(cell);
  if (word !== null) return /^n/i.test(word[2]!) ? NaN : word[1] === '-' ? -Infinity : Infinity;
  const number = /^[+-]?[\d.]/.test(cell) ? Number(cell) : NaN;
  return Number.isNaN(number) ? undefined : number;
}

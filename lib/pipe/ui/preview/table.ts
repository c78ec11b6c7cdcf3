import { statSync } from 'node:fs';
import { readArrow, type ArrowTable, type ColumnInfo } from '../../arrow/read.ts';
import { plainValues, summarise } from '../../arrow/summary.ts';
import { bytes, numberText } from '../../report/quantity.ts';
import type { ColumnView, Preview } from '../views.ts';

/** A larger file is not read into memory to be looked at; bytes. */
const LARGEST = 1e9;
/** Rows of plain columns that are shown, and letters of a cell. */
const FIRST = 200;
const CELL = 200;
/** Tables that stay in memory, as somebody goes through their tensors. */
const KEPT = 3;

/** Arrow files, by where their bytes lie; those bytes never change. */
export class Tables {
  readonly #kept = new Map<string, Promise<ArrowTable>>();

  read(file: string): Promise<ArrowTable> {
    const kept = this.#kept.get(file);
    if (kept !== undefined) return kept;
    const table = readArrow(file);
    if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(file, table);
    table.catch(() => this.#kept.delete(file));
    return table;
  }

  async preview(file: string): Promise<Preview> {
    const { size } = statSync(file);
    if (size > LARGEST) return { kind: 'none', why: `${bytes(size)} are more than is read to be looked at` };
    try {
      return tablePreview(await this.read(file));
    } catch (error) {
      return { kind: 'none', why: `it cannot be read: ${(error as Error).message.replace(`${file}: `, '')}` };
    }
  }

  /** A row's tensor as little-endian float32; null where there is none. */
  async tensor(file: string, column: string, row: number): Promise<Uint8Array | null> {
    const table = await this.read(file);
    const info = Object.hasOwn(table.columns, column) ? table.columns[column] : undefined;
    if (info?.type !== 'tensor' || !Number.isSafeInteger(row) || row < 0 || row >= table.rows) return null;
    const size = info.shape.reduce((product, side) => product * side, 1);
    const { values } = table.tensor(column);
    return new Uint8Array(Float32Array.from(values.subarray(row * size, (row + 1) * size)).buffer);
  }
}

function tablePreview(table: ArrowTable): Preview {
  const plain = Object.entries(table.columns).filter(([, { type }]) => type !== 'tensor' && type !== 'other');
  const [batch] = table.batches();
  const cells = plain.map(([name, info]) => (batch === undefined ? [] : plainValues(batch, name, info)));
  const shown = Math.min(FIRST, batch?.rows ?? 0);
  return {
    kind: 'table',
    rows: table.rows,
    columns: summarise(table).map(({ name, info, range, missing }): ColumnView => {
      const numbers = range === null ? '' : `${numberText(range.min)} … ${numberText(range.max)}`;
      return {
        name,
        type: info.type === 'tensor' ? info.element : info.type === 'other' ? info.stored : info.type,
        shape: shapeText(info, table.rows),
        range: range === null ? '' : `${numbers}, mean ${numberText(range.mean)}`,
        missing,
        tensor: info.type === 'tensor' ? info.shape : null,
        integer: info.type === 'tensor' && info.element === 'uint8',
      };
    }),
    metadata: Object.entries(table.metadata),
    names: plain.map(([name]) => name),
    first: Array.from({ length: shown }, (_, row) => cells.map((column) => cellText(column[row] ?? null))),
  };
}

function shapeText(info: ColumnInfo, rows: number): string {
  if (info.type !== 'tensor') return String(rows);
  const sides = info.shape.map((side, index) =>
    info.dimensions === null ? String(side) : `${info.dimensions[index]!} ${side}`,
  );
  return [rows, ...sides].join(' × ');
}

function cellText(value: number | string | boolean | null): string {
  if (value === null) return '';
  const text = typeof value === 'number' ? numberText(value) : String(value);
  return text.length > CELL ? `${text.slice(0, CELL - 1)}…` : text;
}

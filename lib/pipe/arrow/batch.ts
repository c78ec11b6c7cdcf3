import { Bool, BufferType, Data, Float64, Int32, makeData, RecordBatch, Struct, Utf8 } from 'apache-arrow';
import type { DataType, FixedSizeList, Schema } from 'apache-arrow';
import type { Column, Columns, PlainColumn, TensorColumn } from './columns.ts';
import { elements } from './field.ts';

function lengthOf(name: string, column: Column): number {
  if (column.type !== 'tensor') return column.values.length;
  const size = elements(column.shape);
  const rows = size === 0 ? 0 : column.values.length / size;
  if (!Number.isInteger(rows)) {
    throw new Error(
      `column "${name}": ${column.values.length} values are not a whole number of rows of shape [${column.shape.join(', ')}]`,
    );
  }
  return rows;
}

/** The columns' common length. */
function rowsOf(columns: Columns): number {
  const lengths = Object.entries(columns).map(([name, column]) => ({ name, rows: lengthOf(name, column) }));
  const first = lengths[0];
  const other = lengths.find(({ rows }) => rows !== first?.rows);
  if (first && other) {
    throw new Error(
      `columns differ in length: "${first.name}" has ${first.rows} rows, "${other.name}" has ${other.rows}`,
    );
  }
  return first?.rows ?? 0;
}

interface Validity {
  readonly nullCount: number;
  /** One bit a row, least significant first; null where no value is missing. */
  readonly nullBitmap: Uint8Array | null;
}

function validityOf(values: ArrayLike<unknown>): Validity {
  const bitmap = new Uint8Array((values.length + 7) >> 3);
  let nullCount = 0;
  for (let row = 0; row < values.length; row += 1) {
    if (values[row] === null) nullCount += 1;
    else bitmap[row >> 3]! |= 1 << (row & 7);
  }
  return { nullCount, nullBitmap: nullCount > 0 ? bitmap : null };
}

function refuse(name: string, row: number, value: unknown, wanted: string): never {
  throw new Error(`column "${name}", row ${row}: ${String(value)} is not ${wanted}; a missing value is null`);
}

function float64Data(name: string, values: ArrayLike<number | null>, validity: Validity): Data {
  const stored = values instanceof Float64Array ? values : new Float64Array(values.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (typeof value === 'number' && !Number.isNaN(value)) stored[row] = value;
    else if (value !== null) refuse(name, row, value, 'a number');
  }
  return makeData({ type: new Float64(), length: values.length, ...validity, data: stored });
}

function int32Data(name: string, values: ArrayLike<number | null>, validity: Validity): Data {
  const stored = new Int32Array(values.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value === null) continue;
    if (typeof value !== 'number' || (value | 0) !== value) refuse(name, row, value, 'a 32-bit whole number');
    stored[row] = value;
  }
  return makeData({ type: new Int32(), length: values.length, ...validity, data: stored });
}

function boolData(name: string, values: ArrayLike<boolean | null>, validity: Validity): Data {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value === true) bits[row >> 3]! |= 1 << (row & 7);
    else if (value !== false && value !== null) refuse(name, row, value, 'a boolean');
  }
  return makeData({ type: new Bool(), length: values.length, ...validity, data: bits });
}

function utf8Data(name: string, values: ArrayLike<string | null>, validity: Validity): Data {
  const offsets = new Int32Array(values.length + 1);
  const texts: Buffer[] = [];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value !== null && typeof value !== 'string') refuse(name, row, value, 'a string');
    const bytes = Buffer.from(value ?? '', 'utf8');
    texts.push(bytes);
    offsets[row + 1] = offsets[row]! + bytes.length;
  }
  const data = Buffer.concat(texts);
  return makeData({ type: new Utf8(), length: values.length, ...validity, valueOffsets: offsets, data });
}

function plainData(name: string, column: PlainColumn): Data {
  const validity = validityOf(column.values);
  switch (column.type) {
    case 'int32':
      return int32Data(name, column.values, validity);
    case 'float64':
      return float64Data(name, column.values, validity);
    case 'bool':
      return boolData(name, column.values, validity);
    case 'utf8':
      return utf8Data(name, column.values, validity);
  }
}

/** The values are not copied: what is written is the array the caller holds. */
function tensorData(type: FixedSizeList, column: TensorColumn, rows: number): Data {
  const values = { [BufferType.DATA]: column.values };
  const child = new Data(type.valueType as DataType, 0, column.values.length, 0, values);
  return makeData({ type, length: rows, nullCount: 0, child });
}

/** Checked columns as one record batch of the given schema, whose fields are in the columns' order. */
export function recordBatch(schema: Schema, columns: Columns): RecordBatch {
  const rows = rowsOf(columns);
  const children = Object.entries(columns).map(([name, column], place) =>
    column.type === 'tensor'
      ? tensorData(schema.fields[place]!.type as FixedSizeList, column, rows)
      : plainData(name, column),
  );
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }),
  );
}

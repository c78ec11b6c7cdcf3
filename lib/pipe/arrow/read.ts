import { constants, open } from 'node:fs/promises';
import { DataType, RecordBatchReader } from 'apache-arrow';
import type { Data, Field, FixedSizeList, RecordBatch, Schema } from 'apache-arrow';
import { checkCounts } from './check.ts';
import type { ElementType, PlainValue, TensorValues } from './columns.ts';
import { elements, readTensorField } from './field.ts';
import { plainValue } from './plain-value.ts';

/** What a column holds; `stored` is Arrow's own name of a type that this project does not write. */
export type ColumnInfo =
  | {
      readonly type: 'tensor';
      readonly element: ElementType;
      /** Of one row. */
      readonly shape: readonly number[];
      readonly dimensions: readonly string[] | null;
    }
  | { readonly type: 'int32' | 'float64' | 'bool' | 'utf8' }
  | { readonly type: 'other'; readonly stored: string };

export interface ReadTensor {
  /** `[rows, …shape of one row]` */
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** Some rows of a table: a record batch, or all of them. */
export interface ArrowRows {
  readonly rows: number;
  /** The file's own bytes, not a copy, where the rows lie in one record batch. */
  tensor(name: string): ReadTensor;
  numbers(name: string): (number | null)[];
  strings(name: string): (string | null)[];
  booleans(name: string): (boolean | null)[];
  /** Of a column of any type but tensors: numbers and texts as they are, dates, lists and records as texts. */
  values(name: string): PlainValue[];
}

export interface ArrowTable extends ArrowRows {
  readonly metadata: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  /** Of the columns, in the file's order; of equal names, the later ones have a number: `loss (2)`. */
  readonly names: readonly string[];
  batches(): Iterable<ArrowRows>;
}

const MAGIC = 'ARROW1';

/** One buffer of its own, so that typed arrays into it are aligned; files beyond 2 GiB included. */
async function readBytes(path: string): Promise<Uint8Array> {
  // A pipe would be waited for; Windows has none.
  const file = await open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${path}: not a file`);
    const { size } = stat;
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, 1 << 30), at);
      if (bytesRead === 0) throw new Error(`${path}: became shorter while it was read`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function checkMagic(path: string, bytes: Uint8Array): void {
  const text = (from: number, to?: number): string =>
    Buffer.from(bytes.subarray(from, to)).toString('latin1');
  if (text(0, 6) !== MAGIC) {
    throw new Error(`${path}: not an Arrow file (it does not begin with "${MAGIC}")`);
  }
  if (bytes.length < 18 || text(-6) !== MAGIC) {
    throw new Error(
      `${path}: truncated Arrow file (${bytes.length} bytes, its end is missing); write it again`,
    );
  }
}

function elementOf(field: Field): ElementType | null {
  const type = field.type as DataType;
  if (!DataType.isFixedSizeList(type)) return null;
  const name = String(type.valueType).toLowerCase();
  return name === 'uint8' || name === 'int32' || name === 'float32' || name === 'float64' ? name : null;
}

function infoOf(field: Field): ColumnInfo {
  const element = elementOf(field);
  if (element) return { type: 'tensor', element, ...readTensorField(field as Field<FixedSizeList>) };
  const stored = String(field.type);
  const name = stored.toLowerCase();
  return name === 'int32' || name === 'float64' || name === 'bool' || name === 'utf8'
    ? { type: name }
    : { type: 'other', stored };
}

/** Names of columns; of equal ones, the later ones with their number. */
function columnNames(schema: Schema): readonly string[] {
  const taken = new Set<string>();
  return schema.fields.map(({ name }) => {
    let unique = name;
    for (let number = 2; taken.has(unique); number++) unique = `${name} (${number})`;
    taken.add(unique);
    return unique;
  });
}

function nameOf(info: ColumnInfo): string {
  if (info.type === 'tensor') return `tensor of ${info.element} [${info.shape.join(', ')}]`;
  return info.type === 'other' ? info.stored : info.type;
}

class Rows implements ArrowRows {
  readonly rows: number;
  readonly path: string;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly names: readonly string[];
  readonly #schema: Schema;
  readonly #batches: readonly RecordBatch[];

  constructor(
    path: string,
    columns: Readonly<Record<string, ColumnInfo>>,
    schema: Schema,
    batches: readonly RecordBatch[],
  ) {
    this.path = path;
    this.columns = columns;
    this.names = columnNames(schema);
    this.#schema = schema;
    this.#batches = batches;
    this.rows = batches.reduce((sum, batch) => sum + batch.numRows, 0);
  }

  tensor(name: string): ReadTensor {
    const { info, chunks } = this.#find(name);
    if (info.type !== 'tensor') return this.#wrong(name, info, 'a tensor');
    const size = elements(info.shape);
    const parts = chunks.map((chunk) => {
      if (chunk.nullCount > 0) throw new Error(`${this.path}: column "${name}" has rows without a tensor`);
      const child = chunk.children[0]!;
      const from = chunk.offset * size;
      return (child.values as TensorValues).subarray(from, from + chunk.length * size);
    });
    return { shape: [this.rows, ...info.shape], values: concatenate(info.element, parts) };
  }

  numbers(name: string): (number | null)[] {
    return this.#plain(
      name,
      'numbers',
      (type) => DataType.isInt(type) || DataType.isFloat(type),
      (value) => {
        const number = Number(value);
        if (typeof value !== 'bigint' || Number.isSafeInteger(number)) return number;
        throw new Error(`${this.path}: column "${name}": ${value} is too large for a number`);
      },
    );
  }

  strings(name: string): (string | null)[] {
    const isText = (type: DataType): boolean => DataType.isUtf8(type) || DataType.isLargeUtf8(type);
    return this.#plain(
      name,
      'strings',
      (type) => isText(type) || (DataType.isDictionary(type) && isText(type.dictionary as DataType)),
      String,
    );
  }

  booleans(name: string): (boolean | null)[] {
    return this.#plain(name, 'booleans', (type) => DataType.isBool(type), Boolean);
  }

  values(name: string): PlainValue[] {
    const type = this.#schema.fields[this.#find(name).place]!.type as DataType;
    return this.#plain(
      name,
      'values',
      () => true,
      (value) => plainValue(value, type),
    );
  }

  *batches(): Iterable<ArrowRows> {
    for (const batch of this.#batches) yield new Rows(this.path, this.columns, this.#schema, [batch]);
  }

  #plain<T>(
    name: string,
    wanted: string,
    accepts: (type: DataType) => boolean,
    convert: (value: unknown) => T,
  ): (T | null)[] {
    const { info, place } = this.#find(name);
    if (!accepts(this.#schema.fields[place]!.type as DataType)) return this.#wrong(name, info, wanted);
    const found: (T | null)[] = [];
    for (const batch of this.#batches) {
      const vector = batch.getChildAt(place)!;
      for (let row = 0; row < batch.numRows; row += 1) {
        const value: unknown = vector.get(row);
        found.push(value === null ? null : convert(value));
      }
    }
    return found;
  }

  #find(name: string): {
    readonly info: ColumnInfo;
    readonly place: number;
    readonly chunks: readonly Data[];
  } {
    const place = this.names.indexOf(name);
    const info = this.columns[name];
    if (!info || place < 0) {
      const there = this.names.map((column) => `"${column}"`);
      throw new Error(`${this.path}: no column "${name}"; it has ${there.join(', ') || 'none'}`);
    }
    return { info, place, chunks: this.#batches.map((batch) => batch.data.children[place]!) };
  }

  #wrong(name: string, info: ColumnInfo, wanted: string): never {
    throw new Error(`${this.path}: column "${name}" holds ${nameOf(info)}, not ${wanted}`);
  }
}

function emptyOf(element: ElementType, length: number): TensorValues {
  switch (element) {
    case 'uint8':
      return new Uint8Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
  }
}

function concatenate(element: ElementType, parts: readonly TensorValues[]): TensorValues {
  if (parts.length === 1) return parts[0]!;
  const all = emptyOf(
    element,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

class Table extends Rows implements ArrowTable {
  readonly metadata: Readonly<Record<string, string>>;

  constructor(path: string, schema: Schema, batches: readonly RecordBatch[]) {
    const names = columnNames(schema);
    const columns = Object.fromEntries(schema.fields.map((field, at) => [names[at]!, infoOf(field)]));
    super(path, columns, schema, batches);
    this.metadata = Object.fromEntries(schema.metadata);
  }
}

/** Reads an Arrow IPC file; tensors are views into the bytes read where these are not compressed. */
export async function readArrow(path: string): Promise<ArrowTable> {
  const bytes = await readBytes(path);
  checkMagic(path, bytes);
  try {
    const { compressed } = checkCounts(bytes);
    if (compressed) (await import('./compression.ts')).readCompressed();
    const reader = RecordBatchReader.from(bytes).open();
    const { schema } = reader;
    return new Table(path, schema, [...reader]);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: unreadable Arrow file (${said})`, { cause: error });
  }
}

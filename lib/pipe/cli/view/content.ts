/** What is in a file, whatever its format, as far as it is shown. */
export type Content =
  | ContentTable
  | ContentArrays
  | ContentNet
  | ContentImage
  | { readonly kind: 'text'; readonly format: string; readonly lines: readonly string[] }
  | { readonly kind: 'unknown' };

export type Entries = readonly (readonly [name: string, value: string])[];

/** Rows of named columns. */
export interface ContentTable {
  readonly kind: 'table';
  /** As a person would name it: `Arrow file`. */
  readonly format: string;
  readonly rows: number;
  readonly columns: readonly ContentColumn[];
  readonly metadata: Entries;
}

export interface ContentColumn {
  readonly name: string;
  readonly type: string;
  /** Of one row's value where that is a tensor, with the names of its sides where it has them. */
  readonly shape: readonly string[];
  /** Rows without a value; of a tensor, NaN. */
  readonly missing: number;
  readonly range: Range | null;
  /** One a row; null of tensors. */
  readonly values: readonly Value[] | null;
}

export type Value = number | bigint | string | boolean | null;

export interface Range {
  readonly min: number | bigint | string;
  /** Null of what has no mean: dates. */
  readonly mean: number | null;
  readonly max: number | bigint | string;
}

/** Arrays by name, each of a shape of its own. */
export interface ContentArrays {
  readonly kind: 'arrays';
  readonly format: string;
  readonly arrays: readonly ContentArray[];
  readonly metadata: Entries;
}

export interface ContentArray {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly missing: number;
  /** Null of what has no numbers, and of files that are too large to be gone through. */
  readonly range: Range | null;
  /** The first of them, in the file's order. */
  readonly first: readonly Value[];
}

/** A network: what goes in, what comes out, and how often it has which operator. */
export interface ContentNet {
  readonly kind: 'net';
  readonly format: string;
  readonly inputs: Entries;
  readonly outputs: Entries;
  readonly operators: readonly (readonly [name: string, count: number])[];
  readonly weights: number;
  readonly metadata: Entries;
}

export interface ContentImage {
  readonly kind: 'image';
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly density: number | null;
}

/** Smallest, mean and greatest of the values that are there. */
export function summarised(values: Iterable<Value>): Pick<ContentColumn, 'missing' | 'range'> {
  let [missing, count, sum] = [0, 0, 0];
  let min: number | bigint | null = null;
  let max: number | bigint | null = null;
  for (const value of values) {
    if (value === null || Number.isNaN(value)) missing += 1;
    if (typeof value !== 'bigint' && (typeof value !== 'number' || Number.isNaN(value))) continue;
    count += 1;
    sum += Number(value);
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return { missing, range: min === null || max === null ? null : { min, mean: sum / count, max } };
}

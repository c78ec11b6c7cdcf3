import { elements } from './field.ts';
import type { ArrowTable, ColumnInfo } from './read.ts';

/** The first thing in which a table differs from another, in the order of the columns. */
export type TableDifference =
  | { readonly type: 'rows'; readonly before: number; readonly after: number }
  | { readonly type: 'columns'; readonly before: readonly string[]; readonly after: readonly string[] }
  | {
      readonly type: 'kind';
      readonly column: string;
      readonly before: ColumnInfo;
      readonly after: ColumnInfo;
    }
  | ({ readonly type: 'values'; readonly column: string; readonly tensor: boolean } & ValueDifference)
  | { readonly type: 'metadata'; readonly key: string }
  /** All the same, as it were: the bytes differ in how the rows are stored. */
  | { readonly type: 'storage' };

export interface ValueDifference {
  /** How many values differ, and of how many. */
  readonly differing: number;
  readonly of: number;
  /** The row of the first that differs. */
  readonly row: number;
  /** The largest absolute difference of two numbers, and its row; null where none are numbers on both sides. */
  readonly largest: { readonly difference: number; readonly row: number } | null;
}

/** Columns of a type that this project does not read are taken to be equal. */
export function firstDifference(before: ArrowTable, after: ArrowTable): TableDifference {
  const [old, now] = [Object.keys(before.columns), Object.keys(after.columns)];
  if (old.join('\n') !== now.join('\n')) return { type: 'columns', before: old, after: now };
  if (before.rows !== after.rows) return { type: 'rows', before: before.rows, after: after.rows };
  for (const column of old) {
    const [was, is] = [before.columns[column]!, after.columns[column]!];
    if (JSON.stringify(was) !== JSON.stringify(is)) return { type: 'kind', column, before: was, after: is };
    const found = valueDifference(valuesOf(before, column, was), valuesOf(after, column, is), sizeOf(was));
    if (found !== null) return { type: 'values', column, tensor: was.type === 'tensor', ...found };
  }
  const keys = [...new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])].sort();
  const key = keys.find((each) => before.metadata[each] !== after.metadata[each]);
  return key === undefined ? { type: 'storage' } : { type: 'metadata', key };
}

type Values = ArrayLike<number | string | boolean | null>;

function valuesOf(table: ArrowTable, name: string, info: ColumnInfo): Values {
  switch (info.type) {
    case 'tensor':
      return table.tensor(name).values;
    case 'int32':
    case 'float64':
      return table.numbers(name);
    case 'bool':
      return table.booleans(name);
    case 'utf8':
      return table.strings(name);
    case 'other':
      // Written by another program, in a type that this project has no values for.
      return [];
  }
}

/** Values of one row. */
function sizeOf(info: ColumnInfo): number {
  return info.type === 'tensor' ? Math.max(1, elements(info.shape)) : 1;
}

/** By identity of values: NaN equals NaN, and 0 does not equal -0, whose bytes differ. */
function valueDifference(before: Values, after: Values, perRow: number): ValueDifference | null {
  let differing = 0;
  let first = -1;
  let largest = -1;
  let at = -1;
  for (let index = 0; index < before.length; index += 1) {
    const [was, is] = [before[index], after[index]];
    if (Object.is(was, is)) continue;
    differing += 1;
    if (first < 0) first = index;
    const difference = typeof was === 'number' && typeof is === 'number' ? Math.abs(was - is) : Number.NaN;
    if (difference > largest) {
      largest = difference;
      at = index;
    }
  }
  if (differing === 0) return null;
  const row = (index: number) => Math.floor(index / perRow);
  return {
    differing,
    of: before.length,
    row: row(first),
    largest: at < 0 ? null : { difference: largest, row: row(at) },
  };
}

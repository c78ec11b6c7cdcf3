import type { TensorValues } from './columns.ts';
import type { ArrowTable, ColumnInfo } from './read.ts';

/** A column at a glance. */
export interface ColumnSummary {
  readonly name: string;
  readonly info: ColumnInfo;
  /** Values without a number: null in a plain column, NaN in a tensor. They are left out of the rest. */
  readonly missing: number;
  /** Null where the column has no numbers. */
  readonly range: { readonly min: number; readonly mean: number; readonly max: number } | null;
}

function summariseNumbers(
  values: TensorValues | readonly (number | null)[],
): Pick<ColumnSummary, 'missing' | 'range'> {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let missing = 0;
  for (const value of values) {
    if (value === null || Number.isNaN(value)) missing += 1;
    else {
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const count = values.length - missing;
  return { missing, range: count > 0 ? { min, mean: sum / count, max } : null };
}

function countNulls(values: readonly unknown[]): Pick<ColumnSummary, 'missing' | 'range'> {
  return { missing: values.filter((value) => value === null).length, range: null };
}

function summariseColumn(
  table: ArrowTable,
  name: string,
  info: ColumnInfo,
): Pick<ColumnSummary, 'missing' | 'range'> {
  switch (info.type) {
    case 'tensor':
      return summariseNumbers(table.tensor(name).values);
    case 'int32':
    case 'float64':
      return summariseNumbers(table.numbers(name));
    case 'bool':
      return countNulls(table.booleans(name));
    case 'utf8':
      return countNulls(table.strings(name));
    case 'other':
      return { missing: 0, range: null };
  }
}

/** Every column's kind, range and missing values, in the file's order. */
export function summarise(table: ArrowTable): ColumnSummary[] {
  return table.names.map((name) => {
    const info = table.columns[name]!;
    return { name, info, ...summariseColumn(table, name, info) };
  });
}

export type PlainRows = Pick<ArrowTable, 'numbers' | 'strings' | 'booleans'>;

/** The values of a column that has one a row; of tensors and what is not read, none. */
export function plainValues(
  rows: PlainRows,
  name: string,
  { type }: ColumnInfo,
): readonly (number | string | boolean | null)[] {
  switch (type) {
    case 'int32':
    case 'float64':
      return rows.numbers(name);
    case 'bool':
      return rows.booleans(name);
    case 'utf8':
      return rows.strings(name);
    case 'tensor':
    case 'other':
      return [];
  }
}

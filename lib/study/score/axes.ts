import { z } from 'zod';
import type { Column, Columns } from 'pipewright/arrow';

/** Where on the axes of a study something lies, e.g. `{augment: true, seed: 0, epoch: 5}`. */
export const pointSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export type Point = Readonly<z.output<typeof pointSchema>>;

/** What is said of a value on an axis: a data set or a model goes by its own name. */
export function placeText(axis: string, value: Point[string], between: string): string {
  return axis === 'dataset' || axis === 'model' ? String(value) : `${axis}${between}${value}`;
}

/** A point as columns that repeat it on each row. */
export function pointColumns(point: Point, rows: number): Columns {
  return Object.fromEntries(Object.entries(point).map(([axis, value]) => [axis, repeated(value, rows)]));
}

function repeated(value: Point[string], rows: number): Column {
  if (typeof value === 'string') return { type: 'utf8', values: new Array<string>(rows).fill(value) };
  // As in the names of directories: readers that take columns from these would find two types in one column.
  if (typeof value === 'boolean')
    return { type: 'utf8', values: new Array<string>(rows).fill(String(value)) };
  return Number.isInteger(value)
    ? { type: 'int32', values: new Int32Array(rows).fill(value) }
    : { type: 'float64', values: new Float64Array(rows).fill(value) };
}

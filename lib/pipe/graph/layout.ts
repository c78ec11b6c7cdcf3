import type { Point, Scalar } from '../json.ts';
import type { Axis, Stage } from '../manifest/manifest.ts';
import { directoryName } from '../manifest/axis-value.ts';
import { ALL_AXES, type Template } from '../manifest/template.ts';
import { normalPath } from '../manifest/path.ts';

/** Positions on the axes of a stage, in their order. */
export type Digits = readonly number[];

/** Those of each task of a stage in turn. */
export type Rows = readonly Digits[];

/**
 * Where the tasks of a stage stand in the list of all: at `base`, in the order of a number whose digits
 * are the positions on the axes, the last axis running fastest.
 */
export interface Layout {
  readonly stage: Stage;
  readonly axes: readonly Axis[];
  readonly base: number;
  readonly count: number;
  /** The digits of each task, where they are not all that there could be; ascending. */
  readonly rows: Rows | null;
  /** By axis: how far apart in the list two neighbours on it are, where there are all. */
  readonly strides: readonly number[];
  /** By axis and position: `axis=value`. */
  readonly labels: readonly (readonly string[])[];
  /** The same as names of directories. */
  readonly directories: readonly (readonly string[])[];
}

export function layoutOf(stage: Stage, axes: readonly Axis[], base: number, rows: Rows | null): Layout {
  const strides: number[] = [];
  let count = 1;
  for (const { values } of axes.toReversed()) {
    strides.unshift(count);
    count *= values.length;
  }
  const labels = axes.map(({ name, values }) => values.map((value) => `${name}=${value}`));
  const directories = axes.map(({ name, values }) => values.map((value) => directoryName(name, value)));
  return { stage, axes, base, count: rows?.length ?? count, rows, strides, labels, directories };
}

/** The digits of every task in turn, in one array that is counted up where there are all. */
export function* eachDigits({ axes, count, rows }: Layout): Generator<Digits> {
  if (rows !== null) {
    yield* rows;
    return;
  }
  const digits = axes.map(() => 0);
  for (let local = 0; local < count; local++) {
    yield digits;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      digits[axis] = digits[axis]! + 1;
      if (digits[axis]! < axes[axis]!.values.length) break;
      digits[axis] = 0;
    }
  }
}

/** What depends on some axes only, made once for each combination of their values. */
export function perPoint<T>(
  { axes }: Pick<Layout, 'axes'>,
  names: readonly string[],
  make: (point: Point) => T,
): (digits: Digits) => T {
  const chosen = [...axes.entries()].filter(([, { name }]) => names.includes(name));
  const made = new Map<number, T>();
  return (digits) => {
    let key = 0;
    for (const [axis, { values }] of chosen) key = key * values.length + digits[axis]!;
    const known = made.get(key);
    if (known !== undefined) return known;
    const point = Object.fromEntries(
      chosen.map(([axis, { name, values }]) => [name, values[digits[axis]!]!]),
    );
    const value = make(point);
    made.set(key, value);
    return value;
  };
}

export function idAt({ stage, labels }: Layout, digits: Digits): string {
  if (digits.length === 0) return stage.name;
  return `${stage.name}@${labelsAt(labels, digits, ',')}`;
}

function labelsAt(labels: Layout['labels'], digits: Digits, separator: string): string {
  let text = '';
  for (let axis = 0; axis < digits.length; axis++) {
    if (axis > 0) text += separator;
    text += labels[axis]![digits[axis]!]!;
  }
  return text;
}

export function pointAt({ axes }: Layout, digits: Digits): Point {
  const point: Record<string, Scalar> = {};
  for (let axis = 0; axis < axes.length; axis++) {
    point[axes[axis]!.name] = axes[axis]!.values[digits[axis]!]!;
  }
  return point;
}

/** What a value is in a path: of an output a name, of an input itself, in a pattern itself and no pattern. */
export type Filling = (value: Scalar) => string;

/** Fills a template in for one task; what does not differ between tasks is done once. */
export function fillerOf(
  { axes, directories }: Pick<Layout, 'axes' | 'directories'>,
  template: Template,
  textOf: Filling,
): (digits: Digits) => string {
  let deep = false;
  const parts = template.map((piece): string | ((digits: Digits) => string) => {
    if (typeof piece === 'string') return piece;
    if (piece.axis === ALL_AXES)
      return axes.length === 0 ? '' : (digits) => labelsAt(directories, digits, '/');
    const axis = axes.findIndex(({ name }) => name === piece.axis);
    const texts = axes[axis]!.values.map(textOf);
    deep ||= texts.some((text) => text.includes('/'));
    return (digits) => texts[digits[axis]!]!;
  });
  if (parts.every((part) => typeof part === 'string')) {
    const path = normalPath(parts.join(''));
    return () => path;
  }
  return (digits) => {
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : part(digits);
    return deep ? normalPath(text) : text;
  };
}

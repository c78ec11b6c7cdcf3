import { permuteValues } from '../trace/fold.ts';
import { elements } from '../trace/graph.ts';
import { known, type Value } from './value.ts';

/** A value whose numbers are known before the net runs. */
export type KnownValue = Value & { readonly known: ArrayLike<number> };

export function isKnown(value: Value): value is KnownValue {
  return value.known !== null;
}

/** The given places along an axis. */
export function knownPicked(x: KnownValue, axis: number, places: readonly number[]): KnownValue {
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const [length, inner] = [x.shape[axis]!, elements(after)];
  const values: number[] = [];
  for (let outer = 0; outer < elements(before); outer++)
    for (const place of places)
      for (let i = 0; i < inner; i++) values.push(x.known[(outer * length + place) * inner + i]!);
  return { ...known(values, [...before, places.length, ...after], x.integer), known: values };
}

export function knownTransposed(x: KnownValue, order: readonly number[]): Value {
  const values = permuteValues(Float64Array.from(x.known), x.shape, order);
  return known(
    values,
    order.map((axis) => x.shape[axis]!),
    x.integer,
  );
}

export function knownConcat(parts: readonly KnownValue[], axis: number): Value {
  const { shape } = parts[0]!;
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const inner = elements(after);
  const values: number[] = [];
  for (let outer = 0; outer < elements(before); outer++)
    for (const { known: from, shape: own } of parts) {
      const size = own[axis]! * inner;
      for (let i = 0; i < size; i++) values.push(from[outer * size + i]!);
    }
  const length = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return known(
    values,
    [...before, length, ...after],
    parts.every(({ integer }) => integer),
  );
}

import type { HeatMap } from './heat-map.ts';

/** How the channels of a pixel become one value. */
export const reductions = ['max-abs', 'sum', 'mean', 'sum-abs'] as const;
export type Reduction = (typeof reductions)[number];

/** Writes one value per pixel. A rule has the loop over the pixels in it: called for each, it would cost more. */
type Reduce = (map: Float32Array, channels: number, into: Float64Array) => void;

const rules: Readonly<Record<Reduction, Reduce>> = {
  // The channel value of greatest magnitude, its sign kept; without the sign it is Simonyan's max |.|.
  'max-abs': (map, channels, into) => {
    for (let pixel = 0, at = 0; pixel < into.length; pixel++) {
      let strongest = map[at++]!;
      for (let channel = 1; channel < channels; channel++) {
        const value = map[at++]!;
        if (Math.abs(value) > Math.abs(strongest)) strongest = value;
      }
      into[pixel] = strongest;
    }
  },
  sum,
  mean: (map, channels, into) => {
    sum(map, channels, into);
    for (let pixel = 0; pixel < into.length; pixel++) into[pixel]! /= channels;
  },
  'sum-abs': (map, channels, into) => {
    sum(map.map(Math.abs), channels, into);
  },
};

function sum(map: Float32Array, channels: number, into: Float64Array): void {
  for (let pixel = 0, at = 0; pixel < into.length; pixel++) {
    let total = 0;
    for (let channel = 0; channel < channels; channel++) total += map[at++]!;
    into[pixel] = total;
  }
}

/**
 * Reduces a map `[height, width, channels]` to one value per pixel. Unless `signed`, the reduced value's
 * magnitude is taken, so that strong evidence against the class counts like strong evidence for it.
 * `sum-abs` has no sign either way.
 */
export function reduceChannels(
  map: Float32Array,
  shape: readonly [height: number, width: number, channels: number],
  reduction: Reduction,
  signed: boolean,
): HeatMap {
  const [height, width, channels] = shape;
  const values = new Float64Array(height * width);
  rules[reduction](map, channels, values);
  if (!signed) for (let pixel = 0; pixel < values.length; pixel++) values[pixel] = Math.abs(values[pixel]!);
  return { height, width, values };
}

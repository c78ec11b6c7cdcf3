import type { HeatMap } from './heat-map.ts';

/** How the channels of a pixel become one value. */
export const reductions = ['max-abs', 'sum', 'mean', 'sum-abs'] as const;
export type Reduction = (typeof reductions)[number];

type Reduce = (map: Float32Array, start: number, channels: number) => number;

const rules: Readonly<Record<Reduction, Reduce>> = {
  // The channel value of greatest magnitude, its sign kept; without the sign it is Simonyan's max |.|.
  'max-abs': (map, start, channels) => {
    let strongest = map[start]!;
    for (let i = start + 1; i < start + channels; i++)
      if (Math.abs(map[i]!) > Math.abs(strongest)) strongest = map[i]!;
    return strongest;
  },
  sum,
  mean: (map, start, channels) => sum(map, start, channels) / channels,
  'sum-abs': (map, start, channels) => {
    let total = 0;
    for (let i = start; i < start + channels; i++) total += Math.abs(map[i]!);
    return total;
  },
};

function sum(map: Float32Array, start: number, channels: number): number {
  let total = 0;
  for (let i = start; i < start + channels; i++) total += map[i]!;
  return total;
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
  const reduce = rules[reduction];
  const values = new Float64Array(height * width);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = reduce(map, pixel * channels, channels);
    values[pixel] = signed ? value : Math.abs(value);
  }
  return { height, width, values };
}

import type { HeatMap } from '../../similarity/heat-map.ts';

/** Share of a map's pixels whose magnitude the colours span; what is beyond gets the end colour. */
export const CLIP_SHARE = 0.99;

/** The 99th percentile of the map's magnitudes: what the colours' end stands for. 0 for an all-zero map. */
export function clipOf({ values }: HeatMap): number {
  const magnitudes = Float64Array.from(values, Math.abs);
  const clip = smallest(magnitudes, Math.ceil(CLIP_SHARE * magnitudes.length) - 1) ?? 0;
  if (clip > 0) return clip;
  // A map with a few pixels only has a percentile of 0: its maximum then.
  return magnitudes.reduce((most, value) => Math.max(most, value), 0);
}

/** The value that would stand at `place` if they were sorted, without sorting them (Hoare); moves them about. */
export function smallest(values: Float64Array, place: number): number | undefined {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let [low, high] = [from, to];
    while (low <= high) {
      while (values[low]! < pivot) low += 1;
      while (values[high]! > pivot) high -= 1;
      if (low > high) break;
      [values[low], values[high]] = [values[high]!, values[low]!];
      low += 1;
      high -= 1;
    }
    if (place <= high) to = high;
    else if (place >= low) from = low;
    else break;
  }
  return values[place];
}

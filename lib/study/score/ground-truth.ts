import type { HeatMap } from '../similarity/heat-map.ts';
import { resizeBilinear } from '../similarity/resize.ts';

/** How a map lies to an object whose pixels are known. */
export interface GroundTruth {
  /** Share of the map's positive values, summed, that lies inside the object: 0 to 1. */
  readonly mass_inside: number;
  /** Whether the map's greatest pixel lies inside the object (Zhang et al. 2018, §4.2, without tolerance). */
  readonly pointing_game: boolean;
}

/** Share of the image that the object covers: what a map that knows nothing scores on both. */
export function coveredShare(mask: Uint8Array): number {
  return mask.reduce((sum, inside) => sum + inside, 0) / mask.length;
}

/**
 * Compares a map with the object's mask, `[height, width]`, 1 inside. A smaller map is enlarged bilinearly
 * first. Of equally great pixels, the first in reading order is the one pointed at. Null where the map has
 * no positive value.
 */
export function compareWithMask(
  map: HeatMap,
  mask: Uint8Array,
  height: number,
  width: number,
): GroundTruth | null {
  const { values } = resizeBilinear(map, height, width);
  let total = 0;
  let inside = 0;
  let greatest = 0;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const value = Math.max(0, values[pixel]!);
    total += value;
    if (mask[pixel] === 1) inside += value;
    if (value > values[greatest]!) greatest = pixel;
  }
  return total > 0 ? { mass_inside: inside / total, pointing_game: mask[greatest] === 1 } : null;
}

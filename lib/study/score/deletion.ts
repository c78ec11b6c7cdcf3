import { z } from 'zod';
import type { HeatMap } from '../similarity/heat-map.ts';
import { resizeBilinear } from '../similarity/resize.ts';

/** `deletion` in `pipeline.yaml`. */
export const deletionParams = z.strictObject({
  /** Images of each class and group. */
  images: z.int().positive().default(1),
  /** Steps from the whole image to none of it. */
  steps: z.int().positive().default(16),
  /** Random orders of an image's pixels, whose areas say what an order that knows nothing comes to. */
  orders: z.int().positive().default(4),
});

export type DeletionParams = z.output<typeof deletionParams>;

/** One normalised image, `[height, width, channels]`. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Altered pictures of one image and map: a deletion curve's, then an insertion curve's. */
export function picturesOf({ steps }: Pick<DeletionParams, 'steps'>): number {
  return 2 * (steps + 1);
}

/**
 * The images of a deletion and of an insertion curve (Petsiuk et al. 2018, *RISE*, §4.2), one after another, in arrays
 * of `together` (the last is filled up with black): `steps + 1` from which ever more of the map's greatest pixels are
 * taken away, from none to all, and as many in which only those are shown. What is not shown is 0 in the space the
 * network sees, the data set's mean colour, where they blur. A smaller map is enlarged bilinearly; equal pixels go in
 * reading order.
 */
export function* alteredPictures(
  picture: Picture,
  map: HeatMap,
  steps: number,
  together: number,
): Generator<Float32Array> {
  const { height, width, channels, values } = picture;
  const order = fallingOrder(resizeBilinear(map, height, width).values);
  const size = values.length;
  const count = picturesOf({ steps });
  for (let first = 0; first < count; first += together) {
    const altered = new Float32Array(together * size);
    for (let at = first; at < Math.min(count, first + together); at++) {
      const [step, inserting] = at <= steps ? [at, false] : [at - steps - 1, true];
      const reached = Math.round((step / steps) * order.length);
      const [from, to] = inserting ? [0, reached] : [reached, order.length];
      const whole = altered.subarray((at - first) * size, (at - first + 1) * size);
      for (const pixel of order.subarray(from, to))
        whole.set(values.subarray(pixel * channels, (pixel + 1) * channels), pixel * channels);
    }
    yield altered;
  }
}

function fallingOrder(values: Float64Array): Uint32Array {
  return Uint32Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Area under a curve of equal steps over [0, 1], by the trapezoidal rule. */
export function areaUnder(curve: ArrayLike<number>): number {
  const steps = curve.length - 1;
  let sum = (curve[0]! + curve[steps]!) / 2;
  for (let i = 1; i < steps; i++) sum += curve[i]!;
  return sum / steps;
}

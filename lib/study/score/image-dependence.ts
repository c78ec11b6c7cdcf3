import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';

/** Relative to a map's greatest magnitude: what rounding alone may leave between equal maps. */
const ROUNDING = 1e-5;

/**
 * Whether a method's maps depend on the image. Where all images that are explained for one class have one map
 * (deconvolution of a net without max-pooling, say, which asks the image for nothing), they are one
 * observation, however many there are. Null where no class has two images to tell by.
 */
export function dependsOnImage(maps: MapsTable, method: MethodName): boolean | null {
  const { shape, values } = maps.map(method);
  const size = values.length / shape[0]!;
  const mapOf = (row: number): Float32Array => values.subarray(row * size, (row + 1) * size);
  const firstOf = new Map<number, number>();
  let compared = false;
  for (let row = 0; row < maps.rows; row++) {
    const first = firstOf.get(maps.explained[row]!);
    if (first === undefined) firstOf.set(maps.explained[row]!, row);
    else if (differ(mapOf(first), mapOf(row))) return true;
    else compared = true;
  }
  return compared ? false : null;
}

function differ(a: Float32Array, b: Float32Array): boolean {
  let greatest = 0;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    greatest = Math.max(greatest, Math.abs(a[i]!), Math.abs(b[i]!));
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
  }
  return difference > ROUNDING * greatest;
}

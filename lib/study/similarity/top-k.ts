import { type HeatMap, isConstant, requireSameSize } from './heat-map.ts';

/**
 * Share of the k greatest pixels of one map that are among the k greatest of the other (Ghorbani et al. 2019,
 * §2), from 0 to 1; k is `share` of all pixels, at least one. Independent maps score about `share`. Pixels of
 * equal value are taken in reading order. Null when either map is constant: it has no greatest pixels.
 */
export function topIntersection(a: HeatMap, b: HeatMap, share: number): number | null {
  requireSameSize(a, b);
  if (isConstant(a) || isConstant(b)) return null;
  const k = Math.max(1, Math.round(share * a.values.length));
  const topA = new Set(greatest(a.values, k));
  return greatest(b.values, k).filter((pixel) => topA.has(pixel)).length / k;
}

function greatest(values: Float64Array, k: number): readonly number[] {
  const least = Float64Array.from(values).sort()[values.length - k]!;
  const pixels: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i]! > least) pixels.push(i);
  for (let i = 0; i < values.length && pixels.length < k; i++) if (values[i] === least) pixels.push(i);
  return pixels;
}

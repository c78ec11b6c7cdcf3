import { type HeatMap, requireSameSize } from './heat-map.ts';

/** Cosine of the angle between two maps as vectors, from −1 to 1; null when either is all zero. */
export function cosine(a: HeatMap, b: HeatMap): number | null {
  requireSameSize(a, b);
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let i = 0; i < a.values.length; i++) {
    const [va, vb] = [a.values[i]!, b.values[i]!];
    squaresA += va * va;
    squaresB += vb * vb;
    products += va * vb;
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return scale > 0 ? Math.max(-1, Math.min(1, products / scale)) : null;
}

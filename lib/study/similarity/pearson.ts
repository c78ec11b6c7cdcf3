/** Pearson's correlation coefficient; null when either side is constant. */
export function pearson(a: Float64Array, b: Float64Array): number | null {
  const meanA = mean(a);
  const meanB = mean(b);
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let i = 0; i < a.length; i++) {
    const da = a[i]! - meanA;
    const db = b[i]! - meanB;
    squaresA += da * da;
    squaresB += db * db;
    products += da * db;
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  if (!(scale > 0)) return null;
  // Rounding can carry perfect correlation a hair past ±1.
  return Math.max(-1, Math.min(1, products / scale));
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

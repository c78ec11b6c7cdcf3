/**
 * How much a curve swings about its trend: the standard deviation of what a straight line, fitted by least
 * squares against x, leaves over, with n − 2 degrees of freedom. Against the logarithm of the epoch, a slow
 * drift like 1/t or log t leaves little, and swings leave much. Null for fewer than three points, or for
 * points at one x.
 */
export function oscillation(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length;
  if (n < 3) return null;
  const meanX = x.reduce((a, b) => a + b, 0) / n;
  const meanY = y.reduce((a, b) => a + b, 0) / n;
  let xx = 0;
  let xy = 0;
  x.forEach((value, i) => {
    xx += (value - meanX) ** 2;
    xy += (value - meanX) * (y[i]! - meanY);
  });
  if (!(xx > 0)) return null;
  const slope = xy / xx;
  const left = x.reduce((sum, value, i) => sum + (y[i]! - meanY - slope * (value - meanX)) ** 2, 0);
  return Math.sqrt(left / (n - 2));
}

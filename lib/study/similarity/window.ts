/** A symmetric 1-D window of odd length whose weights sum to 1, applied along rows and columns. */
export type Window = Float64Array;

export function uniformWindow(length: number): Window {
  return new Float64Array(length).fill(1 / length);
}

/** Gaussian weights exp(−d² / 2σ²), cut off at the window's ends and scaled to sum 1. */
export function gaussianWindow(length: number, sigma: number): Window {
  const radius = (length - 1) / 2;
  const weights = Float64Array.from({ length }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** The greatest odd number that is at most `limit`. */
export function greatestOddUpTo(limit: number): number {
  return limit % 2 === 1 ? limit : limit - 1;
}

/**
 * Weighted means over all windows that lie wholly inside the image:
 * `[height, width]` → `[height − length + 1, width − length + 1]`.
 */
export function windowMeans(
  values: Float64Array,
  height: number,
  width: number,
  window: Window,
): Float64Array {
  const columns = width - window.length + 1;
  const rows = height - window.length + 1;
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * values[y * width + x + k]!;
      across[y * columns + x] = sum;
    }
  const means = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * across[(y + k) * columns + x]!;
      means[y * columns + x] = sum;
    }
  return means;
}

/** A symmetric 1-D window of odd length whose weights sum to 1, applied along rows and columns. */
export type Window = Float64Array;

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
  for (let y = 0; y < height; y++) weighRun(values, y * width, 1, window, across, y * columns, columns);
  const means = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) weighRun(across, y * columns, columns, window, means, y * columns, columns);
  return means;
}

/** `count` sums, each of values `step` apart, weighed; values equally far from the middle share a weight. */
function weighRun(
  values: Float64Array,
  from: number,
  step: number,
  window: Window,
  into: Float64Array,
  to: number,
  count: number,
): void {
  const radius = (window.length - 1) / 2;
  const first = from + radius * step;
  for (let at = 0; at < count; at++) {
    const middle = first + at;
    let sum = window[radius]! * values[middle]!;
    for (let away = 1; away <= radius; away++)
      sum += window[radius + away]! * (values[middle - away * step]! + values[middle + away * step]!);
    into[to + at] = sum;
  }
}

/** The same for equal weights, by sums that move along: each step adds one value and drops another. */
export function boxMeans(values: Float64Array, height: number, width: number, length: number): Float64Array {
  const columns = width - length + 1;
  const rows = height - length + 1;
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) moveAlong(values, y * width, 1, length, across, y * columns, 1, columns);
  const means = new Float64Array(rows * columns);
  for (let x = 0; x < columns; x++) moveAlong(across, x, columns, length, means, x, columns, rows);
  for (let i = 0; i < means.length; i++) means[i]! /= length * length;
  return means;
}

/** `count` sums of `length` values each, which lie `step` apart. */
function moveAlong(
  values: Float64Array,
  from: number,
  step: number,
  length: number,
  into: Float64Array,
  to: number,
  toStep: number,
  count: number,
): void {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += values[from + at * step]!;
  into[to] = sum;
  for (let at = 1; at < count; at++) {
    sum += values[from + (at + length - 1) * step]! - values[from + (at - 1) * step]!;
    into[to + at * toStep] = sum;
  }
}

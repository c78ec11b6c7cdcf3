import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantileOf from '@stdlib/stats-base-dists-normal-quantile';
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import tQuantileOf from '@stdlib/stats-base-dists-t-quantile';

/** Share of a standard normal distribution below `x`. */
export function normalShare(x: number): number {
  return normalCdf(x, 0, 1);
}

/** Where a share of a standard normal distribution lies below; ±∞ for 0 and 1. */
export function normalQuantile(share: number): number {
  return normalQuantileOf(share, 0, 1);
}

/** Share of Student's t distribution below `x`; `degrees` of freedom above 0, whole or not. */
export function tShare(x: number, degrees: number): number {
  return tCdf(x, degrees);
}

/** Where a share of Student's t distribution lies below. */
export function tQuantile(share: number, degrees: number): number {
  return tQuantileOf(share, degrees);
}

/**
 * Nodes of the midpoint rule. Of a smooth function its error falls faster than any power of the step, as all derivatives
 * end in 0, and is below 1e-13; one with a corner costs some 1e-6.
 */
const NODES = 2000;

/**
 * Mean of a function of a sample's standard deviation over its true one, where `degrees` · s² is distributed as χ²:
 * what stays to be integrated when power is computed (Owen 1965, Biometrika 52, §2). By the midpoint rule in the
 * logarithm of s, over all but 1e-16 of it.
 */
export function overDeviations(degrees: number, of: (deviation: number) => number): number {
  // The logarithm of s has a standard deviation of about 1/√(2 ν); its lower tail falls like s^ν alone.
  const low = -(37 / degrees) - 9 / Math.sqrt(2 * degrees);
  const high = 0.5 * Math.log(1 + 80 / degrees + 18 / Math.sqrt(degrees));
  const step = (high - low) / NODES;
  let sum = 0;
  let weights = 0;
  for (let node = 0; node < NODES; node++) {
    const logarithm = low + (node + 0.5) * step;
    const deviation = Math.exp(logarithm);
    // The density of log s, but for a factor that the sum of weights stands for.
    const weight = Math.exp(degrees * (logarithm - (deviation * deviation - 1) / 2));
    sum += weight * of(deviation);
    weights += weight;
  }
  return sum / weights;
}

/**
 * Share below `x` of the noncentral t distribution: of (Z + `shift`) / s, Z normal and s a standard deviation of
 * `degrees` of freedom (Johnson, Kotz and Balakrishnan 1995, §31.2).
 */
export function noncentralTShare(x: number, degrees: number, shift: number): number {
  return overDeviations(degrees, (deviation) => normalShare(x * deviation - shift));
}

import { normalQuantile, normalShare, tQuantile } from './distributions.ts';
import type { Estimate } from './estimate.ts';
import { quantile } from './quantile.ts';
import { complete, type Statistic, type Unit, weighted } from './unit.ts';
import { draws } from '../random.ts';

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Student's interval: value ± t · standard error. Null without a standard error. */
export function tInterval({ value, error, degrees }: Estimate, level: number): Interval | null {
  if (error === null) return null;
  const reach = tQuantile((1 + level) / 2, degrees) * error;
  return { value, low: value - reach, high: value + reach };
}

/**
 * Bias-corrected and accelerated bootstrap interval from the values that resamples gave, and those that leaving out
 * one observation each gave (Efron 1987, J. Am. Stat. Assoc. 82, §2 and eq. 6.6). Ties with the value count half, as in
 * SciPy. Where all resamples lie on one side of the value it is their end on the other.
 */
export function bcaInterval(
  resampled: readonly number[],
  value: number,
  without: readonly number[],
  level: number,
): Interval {
  const sorted = Float64Array.from(resampled).sort();
  const below = resampled.reduce((sum, one) => sum + (one < value ? 1 : one === value ? 0.5 : 0), 0);
  const bias = normalQuantile(below / sorted.length);
  const mean = without.reduce((a, b) => a + b, 0) / without.length;
  const cubes = without.reduce((sum, one) => sum + (mean - one) ** 3, 0);
  const squares = without.reduce((sum, one) => sum + (mean - one) ** 2, 0);
  const scale = 6 * squares ** 1.5;
  const acceleration = scale > 0 ? cubes / scale : 0;
  const end = (share: number): number => {
    const shifted = bias + normalQuantile(share);
    const moved = Number.isFinite(bias) ? bias + shifted / (1 - acceleration * shifted) : bias;
    return quantile(sorted, normalShare(moved));
  };
  return { value, low: end((1 - level) / 2), high: end((1 + level) / 2) };
}

/**
 * The same of a statistic, seeds drawn with replacement. The draws depend on nothing but their number and that of the
 * seeds, so that equal observations give an equal interval. Too narrow with few seeds, as no bootstrap invents seeds
 * that were not run. Null without a standard error.
 */
export function bootstrapInterval(
  units: readonly Unit[],
  statistic: Statistic,
  { value, error, without }: Estimate,
  { level, resamples }: { readonly level: number; readonly resamples: number },
): Interval | null {
  if (error === null) return null;
  const { units: own, seeds } = complete(units, statistic);
  const from = draws({ seed: 0, purpose: 'bootstrap' });
  const found: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const times = new Map<number, number>();
    for (let draw = 0; draw < seeds.length; draw++) {
      const seed = seeds[from.integer(seeds.length)]!;
      times.set(seed, (times.get(seed) ?? 0) + 1);
    }
    // Two draws of one seed are no pair; a resample that is left without any is none.
    const again = weighted(own, statistic, (seed) => times.get(seed) ?? 0);
    if (again !== null) found.push(again);
  }
  return found.length > 0 ? bcaInterval(found, value, without, level) : null;
}

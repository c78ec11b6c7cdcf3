import { draws } from '../random.ts';
import type { CurvePoint } from './curve-grid.ts';

const RESAMPLES = 1000;

export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Value at a share of the way through sorted values, between neighbours linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

/**
 * Mean and its 95 % percentile bootstrap interval. The resamples depend on the number of values alone, so that
 * the same values give the same interval; they are drawn once for each number.
 */
export function bootstrap(): (values: readonly number[]) => Interval {
  const drawn = new Map<number, Int32Array>();
  const resamples = (count: number): Int32Array => {
    const known = drawn.get(count);
    if (known) return known;
    const from = draws({ seed: 0, purpose: 'figure interval', index: count });
    const places = new Int32Array(RESAMPLES * count).map(() => Math.floor(from.uniform() * count));
    drawn.set(count, places);
    return places;
  };
  return (values) => {
    const count = values.length;
    if (count === 0) return { value: null, low: null, high: null };
    const own = Float64Array.from(values);
    const places = resamples(count);
    const means = new Float64Array(RESAMPLES).map((_, resample) => {
      let sum = 0;
      for (let at = resample * count; at < (resample + 1) * count; at += 1) sum += own[places[at]!]!;
      return sum / count;
    });
    means.sort();
    const mean = own.reduce((sum, value) => sum + value, 0) / count;
    return { value: mean, low: quantile(means, 0.025), high: quantile(means, 0.975) };
  };
}

/** Mean, least and greatest. */
export function range(values: readonly number[]): Interval {
  if (values.length === 0) return { value: null, low: null, high: null };
  return {
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: values.reduce((a, b) => Math.min(a, b)),
    high: values.reduce((a, b) => Math.max(a, b)),
  };
}

export interface Sample {
  readonly row: string;
  readonly column: string;
  readonly series: string;
  readonly epoch: number;
  readonly value: number | null;
}

/**
 * Samples that share a panel, a series and an epoch become one point; missing ones are left out of its mean.
 * Points keep the order in which their first sample comes.
 */
export function summarisePoints(
  samples: Iterable<Sample>,
  interval: (values: readonly number[]) => Interval,
): CurvePoint[] {
  const found = new Map<string, { readonly first: Sample; readonly values: number[] }>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.row, sample.column, sample.series, sample.epoch]);
    const point = found.get(key) ?? { first: sample, values: [] };
    if (sample.value !== null) point.values.push(sample.value);
    found.set(key, point);
  }
  return [...found.values()].map(({ first, values }) => ({ ...first, ...interval(values) }));
}

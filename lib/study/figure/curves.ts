import { meanOfAll } from '../statistics/bootstrap.ts';
import { quantile } from '../statistics/quantile.ts';
import { resamplesOf } from '../statistics/resamples.ts';
import type { CurvePoint } from './curve-grid.ts';

const RESAMPLES = 1000;
const LEVEL = 0.95;
const TAIL = (1 - LEVEL) / 2;

export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a point sums up: values of each run (a seed), one per image. */
export type Runs = readonly (readonly number[])[];

/**
 * Mean over all values with its 95 % bootstrap interval: to the last bit what the statistics' `bootstrap` gives,
 * without an array for each resample.
 */
export function bootstrapMean(runs: Runs): Interval {
  const value = meanOfAll(runs);
  const sizes = runs.map((run) => run.length);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  if (value === null || count < 2) return { value, low: null, high: null };
  const means = new Float64Array(RESAMPLES);
  resamplesOf(sizes, RESAMPLES).forEach(({ runs: drawn, places }, resample) => {
    let sum = 0;
    let at = 0;
    for (const which of drawn) {
      const run = runs[which]!;
      for (let drawnValues = 0; drawnValues < run.length; drawnValues++) sum += run[places[at++]!]!;
    }
    means[resample] = sum / at;
  });
  means.sort();
  return { value, low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
}

/** Values, those that are missing left out, by the seed of their row. */
export function runsOf<T extends { readonly seed: number }>(
  rows: readonly T[],
  valueOf: (row: T) => number | null,
): Runs {
  const runs = new Map<number, number[]>();
  for (const row of rows) {
    const value = valueOf(row);
    if (value === null) continue;
    const run = runs.get(row.seed);
    if (run) run.push(value);
    else runs.set(row.seed, [value]);
  }
  return [...runs.values()];
}

/** Mean, least and greatest. */
export function range(runs: Runs): Interval {
  const value = meanOfAll(runs);
  if (value === null) return { value, low: null, high: null };
  const all = runs.flat();
  return { value, low: all.reduce((a, b) => Math.min(a, b)), high: all.reduce((a, b) => Math.max(a, b)) };
}

export interface Sample {
  readonly row: string;
  readonly column: string;
  readonly series: string;
  readonly at: number;
  readonly seed: number;
  readonly value: number | null;
}

/**
 * Samples that share a panel, a series and a place on the axis become one point; missing ones are left out of its mean.
 * Points keep the order in which their first sample comes.
 */
export function summarisePoints(samples: Iterable<Sample>, interval: (runs: Runs) => Interval): CurvePoint[] {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.row}\n${sample.column}\n${sample.series}\n${sample.at}`;
    const point = found.get(key);
    if (point) point.push(sample);
    else found.set(key, [sample]);
  }
  return [...found.values()].map((point) => {
    const { row, column, series, at } = point[0]!;
    return { row, column, series, at, ...interval(runsOf(point, ({ value }) => value)) };
  });
}

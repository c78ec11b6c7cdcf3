import { draws } from '../random.ts';
import { meanOfAll } from '../statistics/bootstrap.ts';
import { quantile } from '../statistics/quantile.ts';
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

/** Places of the values that each resample draws, counted over all runs. */
type Resamples = readonly Int32Array[];

/** Runs with replacement, then within each drawn run its values: the draws of the study's `bootstrap`. */
function drawResamples(sizes: readonly number[]): Resamples {
  const starts = sizes.map((_, run) => sizes.slice(0, run).reduce((sum, size) => sum + size, 0));
  const from = draws({ seed: 0, purpose: 'bootstrap' });
  return Array.from({ length: RESAMPLES }, () => {
    const drawn = sizes.map(() => from.integer(sizes.length));
    const places = drawn.flatMap((run) => {
      const size = sizes[run]!;
      return Array.from({ length: size }, () => starts[run]! + from.integer(size));
    });
    return Int32Array.from(places);
  });
}

/**
 * Mean over all values with its 95 % bootstrap interval, to the last bit what `bootstrap` of the statistics
 * gives; but the draws, which depend on the sizes of the runs alone, are made once for all points of a figure.
 */
export function bootstrapMeans(): (runs: Runs) => Interval {
  const known = new Map<string, Resamples>();
  const resamplesOf = (sizes: readonly number[]): Resamples => {
    const key = sizes.join(' ');
    const found = known.get(key) ?? drawResamples(sizes);
    known.set(key, found);
    return found;
  };
  return (runs) => {
    const value = meanOfAll(runs);
    const values = Float64Array.from(runs.flat());
    if (value === null || values.length < 2) return { value, low: null, high: null };
    const means = resamplesOf(runs.map((run) => run.length)).map((places) => {
      let sum = 0;
      for (const place of places) sum += values[place]!;
      return sum / places.length;
    });
    const sorted = Float64Array.from(means).sort();
    return { value, low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) };
  };
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
  readonly epoch: number;
  readonly seed: number;
  readonly value: number | null;
}

/**
 * Samples that share a panel, a series and an epoch become one point; missing ones are left out of its mean.
 * Points keep the order in which their first sample comes.
 */
export function summarisePoints(samples: Iterable<Sample>, interval: (runs: Runs) => Interval): CurvePoint[] {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.row, sample.column, sample.series, sample.epoch]);
    const point = found.get(key);
    if (point) point.push(sample);
    else found.set(key, [sample]);
  }
  return [...found.values()].map((point) => {
    const { row, column, series, epoch } = point[0]!;
    return { row, column, series, epoch, ...interval(runsOf(point, ({ value }) => value)) };
  });
}

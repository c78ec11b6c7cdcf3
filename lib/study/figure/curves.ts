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
    const places = new Int32Array(drawn.reduce((sum, run) => sum + sizes[run]!, 0));
    let at = 0;
    for (const run of drawn)
      for (let value = 0; value < sizes[run]!; value++)
        places[at++] = starts[run]! + from.integer(sizes[run]!);
    return places;
  });
}

/** Draws made so far: they depend on the sizes of the runs alone, which most points of all figures share. */
const drawn = new Map<string, Resamples>();

function resamplesOf(sizes: readonly number[]): Resamples {
  const key = sizes.join(' ');
  const found = drawn.get(key) ?? drawResamples(sizes);
  drawn.set(key, found);
  return found;
}

/** Mean over all values with its 95 % bootstrap interval: to the last bit what the statistics' `bootstrap` gives. */
export function bootstrapMean(runs: Runs): Interval {
  const value = meanOfAll(runs);
  const values = Float64Array.from(runs.flat());
  if (value === null || values.length < 2) return { value, low: null, high: null };
  const means = new Float64Array(RESAMPLES);
  resamplesOf(runs.map((run) => run.length)).forEach((places, resample) => {
    let sum = 0;
    for (let at = 0; at < places.length; at++) sum += values[places[at]!]!;
    means[resample] = sum / places.length;
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

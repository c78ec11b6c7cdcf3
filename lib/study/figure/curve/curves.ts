import { meanOfAll } from '../../statistics/bootstrap.ts';
import { quantile } from '../../statistics/quantile.ts';
import { resamplesOf } from '../../statistics/resamples.ts';
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
  const { runs: drawn, places, room } = resamplesOf(sizes, RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const start = resample * room;
    let sum = 0;
    let at = start;
    for (let drawnRun = 0; drawnRun < runs.length; drawnRun++) {
      const run = runs[drawn[resample * runs.length + drawnRun]!]!;
      for (let value = 0; value < run.length; value++) sum += run[places[at++]!]!;
    }
    means[resample] = sum / (at - start);
  }
  means.sort();
  return { value, low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
}

/** Values, those that are missing left out, by the seed of their row. */
export function runsOf<T extends { readonly seed: number }>(
  rows: readonly T[],
  valueOf: (row: T) => number | null,
): Runs {
  const runs = new Map<number, number[]>();
  for (const row of rows) addTo(runs, row.seed, valueOf(row));
  return [...runs.values()];
}

function addTo(runs: Map<number, number[]>, seed: number, value: number | null): void {
  if (value === null) return;
  const run = runs.get(seed);
  if (run) run.push(value);
  else runs.set(seed, [value]);
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
  const found = new Map<string, { readonly first: Sample; readonly runs: Map<number, number[]> }>();
  for (const sample of samples) {
    const key = `${sample.row}\n${sample.column}\n${sample.series}\n${sample.at}`;
    let point = found.get(key);
    if (point === undefined) found.set(key, (point = { first: sample, runs: new Map() }));
    addTo(point.runs, sample.seed, sample.value);
  }
  return [...found.values()].map(({ first: { row, column, series, at }, runs }) => {
    return { row, column, series, at, ...interval([...runs.values()]) };
  });
}

/** A sample for each row and measure, made as they are asked for: there are tens of thousands for a figure. */
export function* sampled<T, M>(
  rows: Iterable<T>,
  measures: readonly M[],
  sampleOf: (row: T, measure: M) => Sample,
): Generator<Sample> {
  for (const row of rows) for (const measure of measures) yield sampleOf(row, measure);
}

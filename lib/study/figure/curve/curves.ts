import { estimate, NO_IMAGE } from '../../statistics/estimate.ts';
import { tInterval } from '../../statistics/interval.ts';
import { FEWEST_SEEDS } from '../../statistics/power.ts';
import { meanOf, meanValue, type Unit } from '../../statistics/unit.ts';
import type { CurvePoint } from './curve-grid.ts';

const LEVEL = 0.95;

export interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** What a point sums up: values of each run (a seed), one per image. */
export type Runs = readonly (readonly number[])[];

/** Mean over seeds of each one's mean, with its 95 % t interval; of two seeds their range, of one nothing. */
export function overSeeds(runs: Runs): Interval {
  const means = runs.filter((run) => run.length > 0).map(meanValue);
  return intervalOf(
    means.map((value, seed) => ({ tag: 'x', seeds: [seed], values: [{ image: NO_IMAGE, value }] })),
  );
}

/** The same of pairs of seeds, which have seeds in common. */
export function overPairs(
  rows: readonly { readonly seeds: readonly number[]; readonly value: number }[],
): Interval {
  const pairs = new Map<string, { seeds: readonly number[]; values: number[] }>();
  for (const { seeds, value } of rows) {
    const key = seeds.join(' ');
    const pair = pairs.get(key) ?? { seeds, values: [] };
    pair.values.push(value);
    pairs.set(key, pair);
  }
  return intervalOf(
    [...pairs.values()].map(({ seeds, values }) => ({
      tag: 'x',
      seeds,
      values: [{ image: NO_IMAGE, value: meanValue(values) }],
    })),
  );
}

function intervalOf(units: readonly Unit[]): Interval {
  const found = estimate(units, meanOf('x'));
  if (!found) return { value: null, low: null, high: null };
  const { value, seeds } = found;
  const interval = seeds < FEWEST_SEEDS ? null : tInterval(found, LEVEL);
  if (interval) return interval;
  if (units.length < 2) return { value, low: null, high: null };
  const means = units.map((unit) => unit.values[0]!.value);
  return { value, low: Math.min(...means), high: Math.max(...means) };
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
  const all = runs.flat();
  if (all.length === 0) return { value: null, low: null, high: null };
  const value = meanValue(all);
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

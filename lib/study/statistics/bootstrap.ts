import { quantile } from './quantile.ts';
import { type Resamples, resamplesOf } from './resamples.ts';

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What was observed in one run (a seed): one entry per image. */
export type Run<T> = readonly T[];

/** Of runs to a number; null where it is undefined. */
export type Statistic<T> = (runs: readonly Run<T>[]) => number | null;

export interface BootstrapOptions {
  readonly resamples: number;
  /** Share of the resamples inside the interval. */
  readonly level: number;
}

/**
 * A statistic over images and runs with its percentile bootstrap interval (Efron and Tibshirani 1993, §13.3).
 * Runs are drawn with replacement, then images within each drawn run, because the images of one run are
 * alike in having one network. With few runs the interval is too narrow: two seeds can give only four
 * different draws of seeds. Null where the statistic is undefined (resamples where it is are left out), and for a single
 * observation, which says nothing of spread.
 *
 * The draws depend on nothing but their number, so that equal observations give an equal interval.
 */
export function bootstrap<T>(
  runs: readonly Run<T>[],
  statistic: Statistic<T>,
  { resamples, level }: BootstrapOptions,
): Interval | null {
  const value = statistic(runs);
  const observations = runs.reduce((count, run) => count + run.length, 0);
  if (value === null || observations < 2) return null;
  const found: number[] = [];
  const sizes = runs.map((run) => run.length);
  const all = resamplesOf(sizes, resamples);
  for (let resample = 0; resample < resamples; resample++) {
    const again = statistic(drawn(runs, all, resample));
    if (again !== null) found.push(again);
  }
  const sorted = Float64Array.from(found).sort();
  if (sorted.length === 0) return null;
  const tail = (1 - level) / 2;
  return { value, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

function drawn<T>(all: readonly Run<T>[], resamples: Resamples, resample: number): readonly Run<T>[] {
  const { runs, places, room } = resamples;
  let at = resample * room;
  return all.map((_, drawnRun) => {
    const run = all[runs[resample * all.length + drawnRun]!]!;
    const values = new Array<T>(run.length);
    for (let value = 0; value < run.length; value++) values[value] = run[places[at++]!]!;
    return values;
  });
}

/** Mean over all images of all runs; null without any. */
export function meanOfAll(runs: readonly Run<number>[]): number | null {
  let sum = 0;
  let count = 0;
  for (const run of runs)
    for (const value of run) {
      sum += value;
      count++;
    }
  return count > 0 ? sum / count : null;
}

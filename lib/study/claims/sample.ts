import type { Statistic, Unit } from '../statistics/unit.ts';
import type { Rule } from './rule.ts';

/** One image's value, and what stands for it where it is missing. */
export interface SampleValue {
  readonly image: number;
  readonly class: string;
  /** Null where it is not defined, as similarity is of a constant map. */
  readonly value: number | null;
  /** The value with 0 for what is not defined. */
  readonly filled: number;
}

/** What one run has, or a pair of runs, of one of the means that a statistic is made of. */
export interface Sample {
  readonly tag: string;
  /** The run's seed; of a pair, first that whose images they are. */
  readonly seeds: readonly number[];
  readonly values: readonly SampleValue[];
}

/** One number that bears on a claim. */
export interface Question {
  readonly name: string;
  /** What it has to show when it is secondary; null for a number that is given to be read beside others. */
  readonly rule: Rule | null;
  readonly statistic: Statistic;
  readonly samples: readonly Sample[];
}

/** Values that are not defined left out. */
export function definedUnits(samples: readonly Sample[]): readonly Unit[] {
  return samples.map(({ tag, seeds, values }) => ({
    tag,
    seeds,
    values: values.flatMap(({ image, value }) => (value === null ? [] : [{ image, value }])),
  }));
}

/** Values that are not defined counted as 0. */
export function filledUnits(samples: readonly Sample[]): readonly Unit[] {
  return samples.map(({ tag, seeds, values }) => ({
    tag,
    seeds,
    values: values.map(({ image, filled }) => ({ image, value: filled })),
  }));
}

/** A value as it is, or 0 in its place. */
export function given(
  row: { readonly image: number; readonly class: string },
  value: number | null,
): SampleValue {
  return { image: row.image, class: row.class, value, filled: value ?? 0 };
}

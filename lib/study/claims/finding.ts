import { type Estimate, estimate } from '../statistics/estimate.ts';
import { bootstrapInterval, type Interval, tInterval } from '../statistics/interval.ts';
import type { Claim } from './claim.ts';
import type { ClaimsParams } from './parameters.ts';
import { argue, type Argument, type Rule } from './rule.ts';
import { definedUnits, filledUnits, type Question, type Sample } from './sample.ts';

/** One statistic of a claim in one variant: what came out, before anyone judges it. */
export interface Found {
  readonly claim: Claim;
  /** The runs it is of, e.g. `augment=false`. */
  readonly variant: string;
  readonly setting: string;
  /** Whether it is the claim's primary statistic, in runs that decide. */
  readonly primary: boolean;
  readonly statistic: string;
  /** Null for a number that is given, not judged. */
  readonly rule: Rule | null;
  /** Null where it could not be computed. */
  readonly estimate: Estimate | null;
  readonly interval: Interval | null;
  readonly argument: Argument | null;
  /** Of the images that stand behind it. */
  readonly classes: number;
  /** Values that are not defined (of constant maps, say), and left out. */
  readonly leftOut: number;
  /** The statistic with 0 in their place; null without any. */
  readonly filled: number | null;
  /** Runs of the variant, those that have nothing after early stopping among them. */
  readonly runs: number;
  readonly runsWithoutLate: number;
}

/** By t, or by a bias-corrected bootstrap over seeds. */
export type IntervalRule = 't' | 'bca';

export interface Place {
  readonly claim: Claim;
  readonly variant: string;
  readonly setting: string;
  readonly runs: number;
  readonly runsWithoutLate: number;
}

export function find(
  question: Question,
  place: Place,
  primary: Rule | null,
  params: ClaimsParams,
  by: IntervalRule = 't',
): Found {
  const { name, statistic, samples } = question;
  const rule = primary ?? question.rule;
  const units = definedUnits(samples);
  const found = estimate(units, statistic);
  const interval =
    found &&
    (by === 't' ? tInterval(found, params.level) : bootstrapInterval(units, statistic, found, params));
  const values = samples.flatMap((sample) => sample.values);
  const leftOut = values.filter(({ value }) => value === null).length;
  return {
    ...place,
    primary: primary !== null,
    statistic: name,
    rule,
    estimate: found,
    interval,
    argument: found && rule && argue(rule, found),
    classes: classesOf(samples),
    leftOut,
    filled: leftOut > 0 ? (estimate(filledUnits(samples), statistic)?.value ?? null) : null,
  };
}

function classesOf(samples: readonly Sample[]): number {
  const defined = samples.flatMap(({ values }) => values.filter(({ value }) => value !== null));
  return new Set(defined.map((value) => value.class).filter((name) => name !== '')).size;
}

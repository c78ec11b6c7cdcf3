import { z } from 'zod';
import type { Estimate } from '../statistics/estimate.ts';
import type { Interval } from '../statistics/interval.ts';
import { pAbove, pBelow, pWithin } from '../statistics/hypothesis-tests.ts';

/** What a statistic has to show: to lie on one side of a line, within a margin of 0, or apart from 0. */
export const ruleParams = z.strictObject({
  direction: z.enum(['below', 'above', 'within', 'apart']),
  /** The line; for `within`, how far from 0 a difference does not matter yet. */
  margin: z.number().default(0),
});

export type Rule = z.output<typeof ruleParams>;

export type Side = 'held' | 'not held';

/** What a statistic argues for, and how surely. */
export interface Argument {
  readonly side: Side;
  /**
   * Two-sided, so that at or below 1 − level the interval of that level lies on the side argued for. Of equivalence,
   * twice the p of both one-sided tests, for the same reason.
   */
  readonly p: number;
}

/** Null without a standard error. */
export function argue(rule: Rule, found: Estimate): Argument | null {
  const held = heldP(rule, found);
  const failed = failedP(rule, found);
  if (held === null) return null;
  const [side, p] =
    failed !== null && failed < held ? (['not held', failed] as const) : (['held', held] as const);
  return { side, p: Math.min(1, 2 * p) };
}

function heldP({ direction, margin }: Rule, found: Estimate): number | null {
  switch (direction) {
    case 'below':
      return pBelow(found, margin);
    case 'above':
      return pAbove(found, margin);
    case 'within':
      return pWithin(found, margin);
    case 'apart':
      return least(pBelow(found, 0), pAbove(found, 0));
  }
}

function failedP({ direction, margin }: Rule, found: Estimate): number | null {
  switch (direction) {
    case 'below':
      return pAbove(found, margin);
    case 'above':
      return pBelow(found, margin);
    case 'within':
      return least(pAbove(found, margin), pBelow(found, -margin));
    case 'apart':
      // That there is no difference at all, nothing can show.
      return null;
  }
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}

/** The side that a whole interval lies on; null where it lies on both. */
export function sideOf({ direction, margin }: Rule, { low, high }: Interval): Side | null {
  switch (direction) {
    case 'below':
      return high < margin ? 'held' : low > margin ? 'not held' : null;
    case 'above':
      return low > margin ? 'held' : high < margin ? 'not held' : null;
    case 'within':
      if (-margin < low && high < margin) return 'held';
      return low > margin || high < -margin ? 'not held' : null;
    case 'apart':
      return low > 0 || high < 0 ? 'held' : null;
  }
}

/** How far a value lies from the nearest line that the rule draws. */
export function distance({ direction, margin }: Rule, value: number): number {
  if (direction === 'within') return Math.abs(Math.abs(value) - margin);
  return Math.abs(value - (direction === 'apart' ? 0 : margin));
}

export function describeRule({ direction, margin }: Rule): string {
  switch (direction) {
    case 'below':
      return `< ${margin}`;
    case 'above':
      return `> ${margin}`;
    case 'within':
      return `within ±${margin}`;
    case 'apart':
      return '≠ 0';
  }
}

import type { Interval } from '../statistics/bootstrap.ts';

export type Verdict = 'held' | 'not held' | 'undecided';

/** What an interval has to show. */
export type Rule =
  | { readonly type: 'below'; readonly bound: number }
  | { readonly type: 'above'; readonly bound: number }
  | { readonly type: 'apart-from-zero' }
  | { readonly type: 'within'; readonly margin: number }
  /** Nothing: the number is there to be read beside others. */
  | { readonly type: 'given' };

/** One statistic that a claim stands on. */
export interface Finding {
  readonly claim: number;
  /** The runs it is of, e.g. `augment=false`. */
  readonly variant: string;
  /** The variant without augmentation. */
  readonly setting: string;
  readonly statistic: string;
  readonly rule: Rule;
  /** Null where it could not be computed. */
  readonly interval: Interval | null;
  /** Null for a number that is given, not judged. */
  readonly verdict: Verdict | null;
}

/** An interval on one side of a bound decides; one that contains it does not. */
export function judge(rule: Rule, interval: Interval | null): Verdict | null {
  if (rule.type === 'given') return null;
  if (interval === null) return 'undecided';
  const { low, high } = interval;
  switch (rule.type) {
    case 'below':
      return high < rule.bound ? 'held' : low >= rule.bound ? 'not held' : 'undecided';
    case 'above':
      return low > rule.bound ? 'held' : high <= rule.bound ? 'not held' : 'undecided';
    case 'apart-from-zero':
      // That there is no difference at all, no interval can show.
      return low > 0 || high < 0 ? 'held' : 'undecided';
    case 'within':
      if (-rule.margin < low && high < rule.margin) return 'held';
      return low > rule.margin || high < -rule.margin ? 'not held' : 'undecided';
  }
}

/** How far a value lies on the wrong side of its rule; negative on the right one. */
export function violation(rule: Rule, value: number): number {
  switch (rule.type) {
    case 'below':
      return value - rule.bound;
    case 'above':
      return rule.bound - value;
    case 'apart-from-zero':
      return -Math.abs(value);
    case 'within':
      return Math.abs(value) - rule.margin;
    case 'given':
      return -Infinity;
  }
}

export function describeRule(rule: Rule): string {
  switch (rule.type) {
    case 'below':
      return `< ${rule.bound}`;
    case 'above':
      return `> ${rule.bound}`;
    case 'apart-from-zero':
      return '≠ 0';
    case 'within':
      return `within ±${rule.margin}`;
    case 'given':
      return '';
  }
}

/** A claim holds if each of its findings does, and fails with any of them. */
export function together(findings: readonly Pick<Finding, 'verdict'>[]): Verdict {
  const verdicts = findings.flatMap(({ verdict }) => verdict ?? []);
  if (verdicts.includes('not held')) return 'not held';
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'held') ? 'held' : 'undecided';
}

export function count(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

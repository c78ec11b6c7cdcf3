import { describe, expect, it } from 'vitest';
import {
  describeRule,
  judge,
  type Rule,
  together,
  type Verdict,
  violation,
} from '../../../lib/study/claims/verdict.ts';

const below: Rule = { type: 'below', bound: 0.4 };
const above: Rule = { type: 'above', bound: 0 };
const apart: Rule = { type: 'apart-from-zero' };
const within: Rule = { type: 'within', margin: 0.1 };

const given: Rule = { type: 'given' };

describe('a verdict', () => {
  it.each<[Rule, number, number, Verdict]>([
    [below, 0.1, 0.3, 'held'],
    [below, 0.3, 0.5, 'undecided'],
    [below, 0.4, 0.6, 'not held'],
    [above, 0.1, 0.2, 'held'],
    [above, -0.1, 0.2, 'undecided'],
    [above, -0.2, 0, 'not held'],
    [apart, 0.1, 0.2, 'held'],
    [apart, -0.2, -0.1, 'held'],
    [apart, -0.1, 0.1, 'undecided'],
    [within, -0.05, 0.09, 'held'],
    [within, 0.05, 0.2, 'undecided'],
    [within, 0.15, 0.2, 'not held'],
    [within, -0.3, -0.11, 'not held'],
  ])('%o from %d to %d: %4$s', (rule, low, high, verdict) => {
    expect(judge(rule, { value: (low + high) / 2, low, high })).toBe(verdict);
  });

  it('is open where nothing could be computed', () => {
    for (const rule of [below, above, apart, within]) expect(judge(rule, null)).toBe('undecided');
  });

  it('is not asked of a number that is only given', () => {
    expect(judge(given, { value: 1, low: 0, high: 2 })).toBeNull();
    expect(violation(given, 1)).toBe(-Infinity);
  });

  it.each<[(Verdict | null)[], Verdict]>([
    [['held', 'held'], 'held'],
    [['held', 'undecided'], 'undecided'],
    [['held', 'not held', 'undecided'], 'not held'],
    [['held', null], 'held'],
    [[null], 'undecided'],
    [[], 'undecided'],
  ])('of a claim with findings %o is %s', (verdicts, expected) => {
    expect(together(verdicts.map((verdict) => ({ verdict })))).toBe(expected);
  });

  it.each<[Rule, number, number]>([
    [below, 0.6, 0.2],
    [above, 0.3, -0.3],
    [apart, -0.2, -0.2],
    [within, -0.3, 0.2],
  ])('%o is violated by %d by %d', (rule, value, by) => {
    expect(violation(rule, value)).toBeCloseTo(by, 12);
  });

  it('says what it asks for', () => {
    expect([below, above, apart, within, given].map(describeRule)).toEqual([
      '< 0.4',
      '> 0',
      '≠ 0',
      'within ±0.1',
      '',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { argue, describeRule, distance, type Rule, sideOf } from '../../../lib/study/claims/rule.ts';
import { tInterval } from '../../../lib/study/statistics/interval.ts';

const below: Rule = { direction: 'below', margin: 0.4 };
const above: Rule = { direction: 'above', margin: 0 };
const apart: Rule = { direction: 'apart', margin: 0 };
const within: Rule = { direction: 'within', margin: 0.1 };

interface Case {
  readonly asked: string;
  readonly rule: Rule;
  readonly low: number;
  readonly high: number;
  readonly side: 'held' | 'not held' | 'neither';
}

const cases: readonly Case[] = [
  { asked: '< 0.4', rule: below, low: 0.1, high: 0.3, side: 'held' },
  { asked: '< 0.4', rule: below, low: 0.3, high: 0.5, side: 'neither' },
  { asked: '< 0.4', rule: below, low: 0.41, high: 0.6, side: 'not held' },
  { asked: '> 0', rule: above, low: 0.1, high: 0.2, side: 'held' },
  { asked: '> 0', rule: above, low: -0.1, high: 0.2, side: 'neither' },
  { asked: '> 0', rule: above, low: -0.2, high: -0.01, side: 'not held' },
  { asked: '≠ 0', rule: apart, low: 0.1, high: 0.2, side: 'held' },
  { asked: '≠ 0', rule: apart, low: -0.2, high: -0.1, side: 'held' },
  { asked: '≠ 0', rule: apart, low: -0.1, high: 0.1, side: 'neither' },
  { asked: 'within ±0.1', rule: within, low: -0.05, high: 0.09, side: 'held' },
  { asked: 'within ±0.1', rule: within, low: 0.05, high: 0.2, side: 'neither' },
  { asked: 'within ±0.1', rule: within, low: 0.15, high: 0.2, side: 'not held' },
  { asked: 'within ±0.1', rule: within, low: -0.3, high: -0.11, side: 'not held' },
];

describe('an interval', () => {
  it.each(cases)('from $low to $high, asked for $asked: $side', ({ asked, rule, low, high, side }) => {
    expect(describeRule(rule)).toBe(asked);
    expect(sideOf(rule, { value: (low + high) / 2, low, high }) ?? 'neither').toBe(side);
  });
});

describe('a test', () => {
  it.each(cases)(
    'of what lies from $low to $high, asked for $asked, is as sure: $side',
    ({ rule, low, high, side }) => {
      // An estimate whose interval of 95 % is the one given.
      const t = 2.7764451051977934;
      const found = {
        value: (low + high) / 2,
        error: (high - low) / 2 / t,
        degrees: 4,
        seeds: 5,
        images: 0,
        without: [],
      };
      expect(tInterval(found, 0.95)!.low).toBeCloseTo(low, 9);
      const argument = argue(rule, found)!;
      expect(argument.p <= 0.05).toBe(side !== 'neither');
      if (side !== 'neither') expect(argument.side).toBe(side);
      expect(argue(rule, { ...found, error: null })).toBeNull();
    },
  );
});

describe('the distance of a value from its line', () => {
  it.each<[string, Rule, number, number]>([
    ['< 0.4', below, 0.6, 0.2],
    ['> 0', above, -0.3, 0.3],
    ['≠ 0', apart, -0.2, 0.2],
    ['within ±0.1', within, -0.3, 0.2],
    ['within ±0.1', within, 0.04, 0.06],
  ])('asked for %s', (_, rule, value, expected) => {
    expect(distance(rule, value)).toBeCloseTo(expected, 12);
  });
});

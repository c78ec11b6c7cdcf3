import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isKept, keepParams } from '../../../lib/study/train/keep.ts';

function kept(last: number, rule: object): number[] {
  const parsed = keepParams.parse(rule);
  return Array.from({ length: last }, (_, i) => i + 1).filter((epoch) => isKept(epoch, parsed));
}

it('keeps every epoch unless told otherwise', () => {
  expect(kept(500, {})).toHaveLength(500);
});

it('keeps all epochs up to one, then some side by side at places ever further apart', () => {
  expect(kept(60, { until: 10, growth: 2, distances: [0, 1, 4] })).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ...[11, 14, 20, 21, 24, 40, 41, 44],
  ]);
});

it('keeps few of many epochs, whatever the rule begins with', () => {
  expect(kept(2000, { until: 64 }).length).toBeLessThan(160);
  expect(kept(2000, { until: 0 }).length).toBeLessThan(160);
});

it('does not depend on how far training goes, nor on where it began', () => {
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.double({ min: 1.01, max: 3, noNaN: true }),
      fc.integer({ min: 1, max: 200 }),
      (until, growth, last) => {
        const rule = { until, growth };
        expect(kept(200, rule).filter((epoch) => epoch <= last)).toEqual(kept(last, rule));
        expect(kept(until, rule)).toHaveLength(until);
      },
    ),
  );
});

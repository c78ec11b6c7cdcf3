import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrap, range, summarisePoints } from '../../../lib/study/figure/curves.ts';
import { draws } from '../../../lib/study/random.ts';

const sample = (epoch: number, value: number | null) => ({
  row: 'r',
  column: 'c',
  series: 's',
  epoch,
  value,
});

describe('summarisePoints', () => {
  it('makes one point of the samples of a panel, a series and an epoch, missing ones left out', () => {
    const points = summarisePoints([sample(1, 1), sample(2, 5), sample(1, 3), sample(1, null)], range);
    expect(points).toEqual([
      { ...sample(1, 2), low: 1, high: 3 },
      { ...sample(2, 5), low: 5, high: 5 },
    ]);
  });

  it('keeps a point whose samples are all missing, as a gap', () => {
    expect(summarisePoints([sample(1, null)], bootstrap())).toEqual([
      { ...sample(1, null), low: null, high: null },
    ]);
  });
});

describe('bootstrap', () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 });

  it('gives the same interval to the same values, around their mean and within their range', () => {
    fc.assert(
      fc.property(values, (drawn) => {
        const interval = bootstrap()(drawn);
        expect(interval).toEqual(bootstrap()(drawn));
        const { low, high } = range(drawn);
        expect(interval.low).toBeGreaterThanOrEqual(low! - 1e-9);
        expect(interval.high).toBeLessThanOrEqual(high! + 1e-9);
        expect(interval.low).toBeLessThanOrEqual(interval.high!);
      }),
      { numRuns: 30 },
    );
  });

  it('is about 1.96 standard errors wide on each side for many normal values', () => {
    const from = draws({ seed: 1, purpose: 'test' });
    const { low, high } = bootstrap()(Array.from({ length: 400 }, () => from.normal()));
    expect((high! - low!) / 2).toBeGreaterThan(0.08);
    expect((high! - low!) / 2).toBeLessThan(0.12);
  });
});

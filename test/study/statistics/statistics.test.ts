import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draws } from '../../../lib/study/random.ts';
import { bootstrap, meanOfAll } from '../../../lib/study/statistics/bootstrap.ts';
import { oscillation } from '../../../lib/study/statistics/oscillation.ts';
import { quantile } from '../../../lib/study/statistics/quantile.ts';

const options = { resamples: 1000, level: 0.95 };

describe('bootstrap', () => {
  it('of one run’s mean comes near ±1.96 standard errors', () => {
    const from = draws({ seed: 4, purpose: 'test' });
    const values = Array.from({ length: 400 }, () => 3 + 2 * from.normal());
    const { value, low, high } = bootstrap([values], meanOfAll, options)!;
    expect(value).toBeCloseTo(3, 0);
    expect((high - low) / 2).toBeGreaterThan(0.16);
    expect((high - low) / 2).toBeLessThan(0.23); // 1.96 · 2 / √400 = 0.196
  });

  it('is wider where runs differ from one another', () => {
    const alike = [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ];
    const apart = [
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ];
    const width = (runs: number[][]) => {
      const { low, high } = bootstrap(runs, meanOfAll, options)!;
      return high - low;
    };
    expect(width(apart)).toBeGreaterThan(width(alike));
  });

  it('gives the same interval each time, around the value', () => {
    const runs = fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1 }), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(
      fc.property(runs, (given) => {
        const interval = bootstrap(given, meanOfAll, { resamples: 50, level: 0.95 })!;
        expect(bootstrap(given, meanOfAll, { resamples: 50, level: 0.95 })).toEqual(interval);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
      }),
    );
  });

  it('says nothing without observations, with one, or where the statistic is undefined', () => {
    expect(bootstrap([], meanOfAll, options)).toBeNull();
    expect(bootstrap([[], []], meanOfAll, options)).toBeNull();
    expect(bootstrap([[1]], meanOfAll, options)).toBeNull();
    expect(bootstrap([[1, 2]], () => null, options)).toBeNull();
  });
});

describe('quantile', () => {
  it.each([
    [0, 1],
    [0.5, 2.5],
    [0.9, 7.9], // as numpy.quantile
    [1, 10],
  ])('%d of 1, 2, 3, 10', (share, expected) => {
    expect(quantile(Float64Array.of(1, 2, 3, 10), share)).toBeCloseTo(expected, 12);
  });
});

describe('oscillation', () => {
  it('of a straight line is 0', () => {
    expect(oscillation([1, 2, 3, 4], [5, 7, 9, 11])).toBeCloseTo(0, 12);
  });

  it('is the deviation from the fitted line', () => {
    // The fit through (0, 0) (1, 1) (2, 0) is y = 1/3, which leaves −1/3, 2/3, −1/3: √(6/9 / 1).
    expect(oscillation([0, 1, 2], [0, 1, 0])).toBeCloseTo(Math.sqrt(6 / 9), 12);
  });

  it('does not see what is added along a line', () => {
    const x = [0, 1, 2, 3, 4];
    const y = [3, 1, 4, 1, 5];
    const tilted = y.map((value, i) => value + 7 - 2 * x[i]!);
    expect(oscillation(x, tilted)).toBeCloseTo(oscillation(x, y)!, 12);
  });

  it('needs three points at different places', () => {
    expect(oscillation([1, 2], [1, 2])).toBeNull();
    expect(oscillation([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapMean, range, summarisePoints } from '../../../lib/study/figure/curve/curves.ts';
import { bootstrap, meanOfAll } from '../../../lib/study/statistics/bootstrap.ts';

const place = { row: 'r', column: 'c', series: 's' };
const sample = (epoch: number, value: number | null, seed = 0) => ({ ...place, at: epoch, seed, value });

describe('summarisePoints', () => {
  it('makes one point of the samples of a panel, a series and an epoch, missing ones left out', () => {
    const samples = [sample(1, 1), sample(2, 5), sample(1, 3, 1), sample(1, null)];
    expect(summarisePoints(samples, range)).toEqual([
      { ...place, at: 1, value: 2, low: 1, high: 3 },
      { ...place, at: 2, value: 5, low: 5, high: 5 },
    ]);
  });

  it('keeps a point whose samples are all missing, as a gap', () => {
    const gap = { ...place, at: 1, value: null, low: null, high: null };
    expect(summarisePoints([sample(1, null)], bootstrapMean)).toEqual([gap]);
    expect(summarisePoints([sample(1, null)], range)).toEqual([gap]);
  });

  it('hands the values on run by run', () => {
    const runs: unknown[] = [];
    summarisePoints([sample(1, 1, 0), sample(1, 2, 7), sample(1, 3, 0)], (values) => {
      runs.push(values);
      return range(values);
    });
    expect(runs).toEqual([[[1, 3], [2]]]);
  });
});

describe('bootstrapMean', () => {
  const value = fc.double({ min: -10, max: 10, noNaN: true });
  const runs = fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });

  it('is the bootstrap of the statistics, whatever was asked for before', () => {
    fc.assert(
      fc.property(runs, (drawn) => {
        const expected = bootstrap(drawn, meanOfAll, { resamples: 1000, level: 0.95 });
        expect(bootstrapMean(drawn)).toEqual(expected ?? { value: meanOfAll(drawn), low: null, high: null });
      }),
      { numRuns: 30 },
    );
  });
});

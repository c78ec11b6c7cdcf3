import { describe, expect, it } from 'vitest';
import { overPairs, overSeeds, range, summarisePoints } from '../../../lib/study/figure/curve/curves.ts';

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
    expect(summarisePoints([sample(1, null)], overSeeds)).toEqual([gap]);
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

describe('a point', () => {
  it('is the mean of seeds, however many images each has, with Student’s interval', () => {
    const { value, low, high } = overSeeds([[1, 1, 1, 1], [2], [3, 3]]);
    expect(value).toBe(2);
    // t of 2 degrees of freedom, 4.303, times 1 / √3.
    expect(high! - 2).toBeCloseTo(4.302652729749462 / Math.sqrt(3), 9);
    expect(2 - low!).toBeCloseTo(high! - 2, 9);
  });

  it('has the range of two seeds, and nothing of one', () => {
    expect(overSeeds([[1, 3], [4]])).toEqual({ value: 3, low: 2, high: 4 });
    expect(overSeeds([[1, 3]])).toEqual({ value: 2, low: null, high: null });
    expect(overSeeds([[], []])).toEqual({ value: null, low: null, high: null });
  });

  it('of pairs of seeds knows that they have seeds in common', () => {
    const seeds = [0, 1, 2, 3, 4];
    const pairs = seeds.flatMap((a) =>
      seeds.filter((b) => b !== a).map((b) => ({ seeds: [a, b], value: a + b })),
    );
    const { value, low, high } = overPairs(pairs);
    expect(value).toBe(4);
    // Twice what the mean of the seeds themselves, 0 to 4, is sure to: 2 · 2.776 · √(2.5 / 5), or a little more.
    const half = 2 * 2.776 * Math.sqrt(0.5);
    expect((high! - low!) / 2).toBeGreaterThan(0.99 * half);
    expect((high! - low!) / 2).toBeLessThan(1.3 * half);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageCells } from '../../../lib/study/similarity/average-cells.ts';
import type { HeatMap } from '../../../lib/study/similarity/heat-map.ts';

function map(height: number, width: number, values: readonly number[]): HeatMap {
  return { height, width, values: Float64Array.from(values) };
}

describe('averageCells', () => {
  it('is the mean over whole cells', () => {
    const large = map(2, 4, [1, 3, 10, 20, 5, 7, 30, 40]);
    expect(averageCells(large, 1, 2)).toEqual(map(1, 2, [4, 25]));
    expect(averageCells(large, 2, 2)).toEqual(map(2, 2, [2, 15, 6, 35]));
  });

  it('shares pixels that lie in two cells', () => {
    // Cells of one and a half pixels.
    expect(averageCells(map(1, 3, [3, 6, 9]), 1, 2)).toEqual(map(1, 2, [4, 8]));
  });

  it('leaves a side that is no larger as it is', () => {
    const small = map(1, 4, [1, 3, 5, 7]);
    expect(averageCells(small, 8, 8)).toBe(small);
    expect(averageCells(small, 8, 2)).toEqual(map(1, 2, [2, 6]));
  });

  it('keeps the mean, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
        (h, w, height, width, stream) => {
          const values = [...stream.take(h * w)];
          const mean = (of: ArrayLike<number>) =>
            Array.from(of).reduce((sum, value) => sum + value, 0) / of.length;
          const made = averageCells(map(h, w, values), height, width);
          expect([made.height, made.width]).toEqual([Math.min(h, height), Math.min(w, width)]);
          expect(mean(made.values)).toBeCloseTo(mean(values), 9);
        },
      ),
    );
  });
});

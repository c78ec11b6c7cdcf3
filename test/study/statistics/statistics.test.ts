import { describe, expect, it } from 'vitest';
import { oscillation } from '../../../lib/study/statistics/oscillation.ts';
import { quantile } from '../../../lib/study/statistics/quantile.ts';

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

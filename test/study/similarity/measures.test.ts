import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeatMap } from '../../../lib/study/similarity/heat-map.ts';
import { compareMaps, similarityNames } from '../../../lib/study/similarity/measures.ts';
import { meanSsimGaussian } from '../../../lib/study/similarity/ssim.ts';

function map(height: number, width: number, values: Iterable<number>): HeatMap {
  return { height, width, values: Float64Array.from(values) };
}

// Whole numbers, so that some are tied and increasing functions stay exact.
const maps = fc
  .tuple(fc.integer({ min: 3, max: 14 }), fc.integer({ min: 3, max: 14 }))
  .chain(([height, width]) => {
    const size = height * width;
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: size, maxLength: size });
    return fc
      .tuple(values, values)
      .map(([a, b]): [HeatMap, HeatMap] => [map(height, width, a), map(height, width, b)]);
  })
  .filter((pair) => pair.every(({ values }) => new Set(values).size > 1));

describe('similarities of any two maps', () => {
  it('are the same both ways round', () => {
    fc.assert(
      fc.property(maps, ([a, b]) => {
        const there = compareMaps(a, b);
        const back = compareMaps(b, a);
        for (const name of similarityNames)
          if (there[name] === null) expect(back[name]).toBeNull();
          else expect(back[name]).toBeCloseTo(there[name], 12);
      }),
    );
  });

  it('are 1 for a map and itself', () => {
    fc.assert(
      fc.property(maps, ([a]) => {
        const { mssim, spearman, spearman_eq8, cosine, top_10_percent, hog } = compareMaps(a, a);
        for (const value of [mssim, spearman, spearman_eq8, cosine, top_10_percent])
          expect(value).toBeCloseTo(1, 12);
        // No gradient anywhere inside: only edges at the border.
        if (hog !== null) expect(hog).toBeCloseTo(1, 12);
      }),
    );
  });

  it('lie between −1 and 1', () => {
    fc.assert(
      fc.property(maps, ([a, b]) => {
        const { spearman_eq8, ...rest } = compareMaps(a, b);
        expect(spearman_eq8).toBeGreaterThanOrEqual(-1);
        for (const value of Object.values(rest)) expect(Math.abs(value ?? 0)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('Spearman survives an increasing function', () => {
    fc.assert(
      fc.property(maps, ([a, b]) => {
        const grown = { ...a, values: a.values.map((value) => value ** 3 + 2 * value - 7) };
        expect(compareMaps(grown, b).spearman).toBe(compareMaps(a, b).spearman);
        expect(compareMaps(grown, b).spearman_eq8).toBe(compareMaps(a, b).spearman_eq8);
      }),
    );
  });

  it('MSSIM survives a change of scale and offset', () => {
    fc.assert(
      fc.property(maps, ([a, b]) => {
        const changed = { ...a, values: a.values.map((value) => 4 * value + 16) };
        expect(compareMaps(changed, b).mssim).toBeCloseTo(compareMaps(a, b).mssim!, 9);
      }),
    );
  });
});

describe('eq. 8 of the paper', () => {
  it('equals the tie-corrected coefficient where no values are tied', () => {
    const a = map(4, 4, [3, 1, 4, 15, 9, 2, 6, 5, 35, 8, 97, 93, 23, 84, 62, 64]);
    const b = map(4, 4, [2, 7, 1, 8, 28, 18, 4, 5, 9, 0, 45, 23, 53, 60, 287, 47]);
    const { spearman, spearman_eq8 } = compareMaps(a, b);
    expect(spearman_eq8).toBeCloseTo(spearman!, 12);
  });

  it('is the formula as written, with average ranks', () => {
    // Ranks 1.5 1.5 3 4 and 4 3 1.5 1.5: Σd² = 6.25 + 2.25 + 2.25 + 6.25 = 17.
    const { spearman_eq8 } = compareMaps(map(2, 2, [0, 0, 1, 2]), map(2, 2, [2, 1, 0, 0]));
    expect(spearman_eq8).toBeCloseTo(1 - (6 * 17) / 60, 12);
  });

  it('calls unrelated maps alike when they are full of tied zeros', () => {
    // 100 pixels each, 80 zero, the others where the other map is zero too or not, as chance would have it.
    const a = map(
      10,
      10,
      Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? i + 1 : 0)),
    );
    const b = map(
      10,
      10,
      Array.from({ length: 100 }, (_, i) => (Math.floor(i / 10) % 5 === 0 ? 100 - i : 0)),
    );
    const { spearman, spearman_eq8 } = compareMaps(a, b);
    expect(Math.abs(spearman!)).toBeLessThan(0.1);
    expect(spearman_eq8).toBeGreaterThan(0.45);
  });
});

describe('constant maps', () => {
  const zero = map(8, 8, new Float64Array(64));
  const level = map(8, 8, new Float64Array(64).fill(0.3));
  const varied = map(
    8,
    8,
    Float64Array.from({ length: 64 }, (_, i) => i % 7),
  );

  it.each([
    ['an all-zero map and another', zero, varied],
    ['another and a constant map', varied, level],
    ['two equal constant maps', zero, zero],
  ])('%s have no similarity', (_title, a, b) => {
    expect(new Set(Object.values(compareMaps(a, b)))).toEqual(new Set([null]));
  });
});

describe('maps smaller than the window', () => {
  const small = (side: number): HeatMap =>
    map(
      side,
      side,
      Array.from({ length: side * side }, (_, i) => i % 3),
    );

  it('are compared by the greatest odd window that fits', () => {
    expect(compareMaps(small(4), small(4)).mssim).toBeCloseTo(1, 12);
    expect(meanSsimGaussian(small(4), small(4))).toBeCloseTo(1, 12);
  });

  it('have no MSSIM below 3×3', () => {
    expect(compareMaps(small(2), small(2)).mssim).toBeNull();
    expect(meanSsimGaussian(small(2), small(2))).toBeNull();
    expect(compareMaps(small(2), small(2)).spearman).toBeCloseTo(1, 12);
  });
});

it('maps of different sizes are a mistake', () => {
  expect(() => compareMaps(map(1, 2, [0, 1]), map(2, 1, [0, 1]))).toThrow(
    'maps to compare must have one size, but are 1×2 and 2×1',
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draws } from '../../../lib/study/random.ts';
import { estimate } from '../../../lib/study/statistics/estimate.ts';
import { bootstrapInterval, tInterval } from '../../../lib/study/statistics/interval.ts';
import { holm, pAbove, pBelow, pWithin } from '../../../lib/study/statistics/hypothesis-tests.ts';
import {
  complete,
  differenceOf,
  greatestOf,
  meanOf,
  type Statistic,
  type Unit,
} from '../../../lib/study/statistics/unit.ts';

function unit(tag: string, seeds: number[], values: number[], firstImage = 100 * seeds[0]!): Unit {
  return { tag, seeds, values: values.map((value, at) => ({ image: firstImage + at, value })) };
}

const floorLessLate = differenceOf('floor', 'late');

function floor(seeds: readonly number[]): Unit[] {
  return seeds.flatMap((a) =>
    seeds.filter((b) => b !== a).map((b) => unit('floor', [a, b], [0.5 + 0.01 * (a + b + 3 * a * b)])),
  );
}

describe('an estimate', () => {
  it('counts each seed alike, however many images it has', () => {
    const units = [unit('x', [0], [1, 1, 1, 1]), unit('x', [1], [4])];
    expect(estimate(units, meanOf('x'))).toMatchObject({ value: 2.5, seeds: 2, images: 5, degrees: 1 });
  });

  it('has no error from one seed, nor from one pair of seeds', () => {
    expect(estimate([unit('x', [0], [1, 2, 3])], meanOf('x'))).toMatchObject({ value: 2, error: null });
    expect(estimate(floor([0, 1]), meanOf('floor'))).toMatchObject({ seeds: 2, error: null });
    expect(estimate(floor([0, 1, 2]), meanOf('floor'))!.error).toBeGreaterThan(0);
  });

  it('is none without values', () => {
    expect(estimate([], meanOf('x'))).toBeNull();
    expect(estimate([unit('x', [0], [])], meanOf('x'))).toBeNull();
    expect(estimate([unit('x', [0], [1]), unit('y', [1], [1])], differenceOf('x', 'y'))).toBeNull();
    expect(estimate([unit('x', [0], [1])], { tags: ['x'], of: () => null })).toBeNull();
  });

  it('takes the seeds that have both sides of a difference, and no other', () => {
    const units = [0, 1, 2, 3].flatMap((seed) => [
      unit('a', [seed], [seed]),
      ...(seed === 3 ? [] : [unit('b', [seed], [2 * seed])]),
    ]);
    expect(estimate(units, differenceOf('a', 'b'))).toMatchObject({ seeds: 3, value: -1 });
    expect(complete(units, differenceOf('a', 'b')).seeds).toEqual([0, 1, 2]);
  });

  it('leaves a seed out of pairs that has nothing to be compared with', () => {
    const late = [0, 1, 2].map((seed) => unit('late', [seed], [0.4]));
    const { units, seeds } = complete([...floor([0, 1, 2, 3]), ...late], floorLessLate);
    expect(seeds).toEqual([0, 1, 2]);
    expect(units.filter(({ tag }) => tag === 'floor')).toHaveLength(6);
  });

  it('does not see what both sides of a difference share', () => {
    const from = draws({ seed: 1, purpose: 'test' });
    const apart = [0, 1, 2, 3].map(() => from.normal());
    const units = (shared: number) =>
      apart.flatMap((own, seed) => [
        unit('a', [seed], [own + shared * seed]),
        unit('b', [seed], [shared * seed]),
      ]);
    const [paired, plain] = [1000, 0].map((shared) => estimate(units(shared), differenceOf('a', 'b'))!);
    expect(paired!.error).toBeCloseTo(plain!.error!, 9);
  });

  it('is surer of many seeds than of few', () => {
    const all = Array.from({ length: 40 }, (_, seed) => unit('x', [seed], [seed % 3]));
    const width = (seeds: number): number => {
      const { low, high } = tInterval(estimate(all.slice(0, seeds), meanOf('x'))!, 0.95)!;
      return high - low;
    };
    expect(width(40)).toBeLessThan(width(10));
    expect(width(10)).toBeLessThan(width(3));
  });

  it('adds the spread of images that seeds share, and not that of a seed’s own', () => {
    const values = [0, 1, 5, -3];
    const own = [0, 1, 2].map((seed) => unit('x', [seed], values));
    const shared = [0, 1, 2].map((seed) => unit('x', [seed], values, 0));
    expect(estimate(own, meanOf('x'))).toMatchObject({ error: 0, degrees: 2, images: 12 });
    const found = estimate(shared, meanOf('x'))!;
    expect(found.error).toBeCloseTo(Math.sqrt(values.reduce((sum, v) => sum + (v - 0.75) ** 2, 0) / 12), 12);
    expect(found).toMatchObject({ degrees: 3, images: 4 });
  });

  it('takes a function of means as it is: the greatest', () => {
    const units = [0, 1, 2].flatMap((seed) => [
      unit('10', [seed], [seed]),
      unit('20', [seed], [3 - seed / 10]),
    ]);
    expect(estimate(units, greatestOf(['10', '20']))!.value).toBeCloseTo(2.9, 12);
    expect(estimate(units, greatestOf([]))).toBeNull();
  });
});

const anyUnits = fc
  .array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 4 }), {
    minLength: 3,
    maxLength: 6,
  })
  .map((runs) => runs.map((values, seed) => unit('x', [seed], values)));

const options = { level: 0.95, resamples: 200 };

describe('intervals', () => {
  it('lie around the value, wider at a higher level', () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const found = estimate(units, meanOf('x'))!;
        const [narrow, wide] = [0.9, 0.99].map((level) => tInterval(found, level)!);
        expect(narrow!.low).toBeLessThanOrEqual(found.value);
        expect(narrow!.high).toBeGreaterThanOrEqual(found.value);
        expect(wide!.low).toBeLessThanOrEqual(narrow!.low);
      }),
    );
  });

  it('by bootstrap are the same each time, within the seeds’ means, low below high', () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const found = estimate(units, meanOf('x'))!;
        const interval = bootstrapInterval(units, meanOf('x'), found, options)!;
        expect(bootstrapInterval(units, meanOf('x'), found, options)).toEqual(interval);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
        const means = units.map(
          ({ values }) => values.reduce((sum, { value }) => sum + value, 0) / values.length,
        );
        expect(interval.low).toBeGreaterThanOrEqual(Math.min(...means) - 1e-9);
        expect(interval.high).toBeLessThanOrEqual(Math.max(...means) + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('by bootstrap over many seeds are those of Student: the draws favour no seed', () => {
    const from = draws({ seed: 5, purpose: 'test' });
    const units = Array.from({ length: 60 }, (_, seed) => unit('x', [seed], [seed + from.normal()]));
    const found = estimate(units, meanOf('x'))!;
    const [t, bca] = [
      tInterval(found, 0.95)!,
      bootstrapInterval(units, meanOf('x'), found, { level: 0.95, resamples: 4000 })!,
    ];
    const width = t.high - t.low;
    expect(Math.abs(bca.low - t.low)).toBeLessThan(0.06 * width);
    expect(Math.abs(bca.high - t.high)).toBeLessThan(0.06 * width);
  });

  it('are none where there is no error', () => {
    const units = [unit('x', [0], [1, 2])];
    const found = estimate(units, meanOf('x'))!;
    expect(tInterval(found, 0.95)).toBeNull();
    expect(bootstrapInterval(units, meanOf('x'), found, options)).toBeNull();
    expect([pBelow(found, 0), pAbove(found, 0), pWithin(found, 1)]).toEqual([null, null, null]);
  });

  it('by bootstrap leave out draws without a pair of seeds', () => {
    const units = floor([0, 1, 2]);
    const found = estimate(units, meanOf('floor'))!;
    const { low, high } = bootstrapInterval(units, meanOf('floor'), found, options)!;
    expect(low).toBeLessThan(high);
  });
});

describe('tests', () => {
  const exactly = (value: number): Statistic => ({ tags: ['x'], of: () => value });
  const units = [0, 1, 2].map((seed) => unit('x', [seed], [1]));

  it('of what has no spread are certain', () => {
    const found = estimate(units, exactly(0.2))!;
    expect([pBelow(found, 0.4), pBelow(found, 0.2), pAbove(found, 0)]).toEqual([0, 1, 0]);
    expect([pWithin(found, 0.3), pWithin(found, 0.2), pWithin(found, 0.1)]).toEqual([0, 1, 1]);
  });

  it('corrected for their number keep their order, and are never surer', () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ps, (given) => {
        const corrected = holm(given);
        given.forEach((p, at) => {
          expect(corrected[at]).toBeGreaterThanOrEqual(p);
          given.forEach((other, place) => {
            if (p < other) expect(corrected[at]).toBeLessThanOrEqual(corrected[place]!);
          });
        });
      }),
    );
    expect(holm([])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { estimate } from '../../../lib/study/statistics/estimate.ts';
import { imageVariance } from '../../../lib/study/statistics/images.ts';
import { oscillation } from '../../../lib/study/statistics/oscillation.ts';
import {
  complete,
  differenceOf,
  greatestOf,
  meanOf,
  meanValue,
  type MeasuredUnit,
  type Statistic,
  type Unit,
  weighted,
} from '../../../lib/study/statistics/unit.ts';

function unit(tag: string, seeds: readonly number[], values: Readonly<Record<number, number>>): Unit {
  return {
    tag,
    seeds,
    values: Object.entries(values).map(([image, value]) => ({ image: Number(image), value })),
  };
}

function measured(units: readonly Unit[]): MeasuredUnit[] {
  return units.map((each) => ({ ...each, mean: meanValue(each.values.map(({ value }) => value)) }));
}

describe('the seeds that a statistic is of', () => {
  it('are those that have all of its tags, by number', () => {
    const units = [10, 2, 1].map((seed) => unit('a', [seed], { 1: seed }));
    expect(complete(units, meanOf('a')).seeds).toEqual([1, 2, 10]);
    const more = [...units, unit('b', [10], { 1: 0 }), unit('b', [2], { 1: 0 }), unit('b', [1], {})];
    expect(complete(more, differenceOf('a', 'b')).seeds).toEqual([2, 10]);
  });
});

describe('a statistic', () => {
  it('is nothing once one of its tags is left without units', () => {
    const units = measured([unit('a', [1], { 1: 3 }), unit('a', [2], { 1: 5 }), unit('b', [2], { 1: 1 })]);
    expect(weighted(units, differenceOf('a', 'b'), () => 1)).toBe(3);
    expect(weighted(units, differenceOf('a', 'b'), (seed) => (seed === 2 ? 0 : 1))).toBeNull();
  });

  it('of no tags has no greatest mean', () => {
    expect(greatestOf([]).of([])).toBeNull();
    expect(greatestOf(['a', 'b']).of([1, 2])).toBe(2);
  });

  it('of one seed has a value and nothing else', () => {
    expect(estimate([unit('a', [1], { 1: 3, 2: 5 })], meanOf('a'))).toEqual({
      ...{ value: 4, error: null, degrees: 0, seeds: 1, images: 2, without: [] },
    });
  });

  it('of pairs of seeds loses a degree of freedom to what pairs have of their own', () => {
    const seeds = [1, 2, 3, 4, 5];
    const pairs = seeds.flatMap((a) => seeds.filter((b) => b > a).map((b) => [a, b] as const));
    const units = pairs.map(([a, b]) => unit('a', [a, b], { [10 * a + b]: a + b + ((a * b * 7) % 5) }));
    expect(estimate(units, meanOf('a'))!.degrees).toBe(seeds.length - 2);
    const single = seeds.map((seed) => unit('a', [seed], { [seed]: seed ** 2 }));
    expect(estimate(single, meanOf('a'))!.degrees).toBe(seeds.length - 1);
  });
});

/** The definition: what leaving images out in all seeds changes, less what leaving them out in one seed each does. */
function byDefinition(units: readonly Unit[], { tags, of }: Statistic): number {
  const value = (left: (seed: number, image: number) => boolean): number => {
    const means = tags.map((tag) => {
      const own = units.filter((each) => each.tag === tag);
      return meanValue(
        own.map(({ seeds, values }) =>
          meanValue(values.filter(({ image }) => !left(seeds[0]!, image)).map(({ value }) => value)),
        ),
      );
    });
    return of(means)!;
  };
  const whole = value(() => false);
  const images = [...new Set(units.flatMap(({ values }) => values.map(({ image }) => image)))];
  const seeds = [...new Set(units.map((each) => each.seeds[0]!))];
  const has = (seed: number, image: number): boolean =>
    units.some((each) => each.seeds[0] === seed && each.values.some((found) => found.image === image));
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const together = sum(images.map((left) => (value((_, image) => image === left) - whole) ** 2));
  const apart = sum(
    images.flatMap((left) =>
      seeds
        .filter((seed) => has(seed, left))
        .map((own) => (value((seed, image) => seed === own && image === left) - whole) ** 2),
    ),
  );
  return ((images.length - 1) / images.length) * (together - apart);
}

describe('what images that seeds share add to the variance', () => {
  // Some images are of one seed alone, and one tag has more units than the other.
  const units = [
    unit('a', [1], { 1: 1, 2: 4, 3: 2 }),
    unit('a', [2], { 2: 5, 3: 1, 4: 7 }),
    unit('a', [3], { 2: 3, 5: 8 }),
    unit('b', [1], { 1: 2, 2: 6, 3: 3 }),
    unit('b', [2], { 2: 9, 3: 2, 4: 5 }),
  ];

  it.each<[string, Statistic]>([
    ['a mean', meanOf('a')],
    ['a difference', differenceOf('a', 'b')],
    ['a product', { tags: ['a', 'b'], of: ([a, b]) => a! * b! }],
  ])('is what leaving them out changes, of %s', (_, statistic) => {
    const own = units.filter(({ tag }) => statistic.tags.includes(tag));
    const value = weighted(measured(own), statistic, () => 1)!;
    const found = imageVariance(measured(own), statistic, value);
    expect(Math.abs(found)).toBeGreaterThan(0.01);
    expect(found).toBeCloseTo(byDefinition(own, statistic), 10);
  });

  it('is nothing where each seed has images of its own', () => {
    const own = [unit('a', [1], { 1: 1, 2: 4 }), unit('a', [2], { 3: 5, 4: 1 })];
    expect(imageVariance(measured(own), meanOf('a'), 2.75)).toBe(0);
  });
});

it('what a line leaves over of five points is divided by three degrees of freedom', () => {
  // The fit is y = 2/5, which leaves twice 0.6 and three times 0.4.
  expect(oscillation([0, 1, 2, 3, 4], [1, 0, 0, 0, 1])).toBeCloseTo(Math.sqrt(1.2 / 3), 12);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  noncentralTShare,
  normalQuantile,
  normalShare,
  tQuantile,
  tShare,
} from '../../../lib/study/statistics/distributions.ts';
import { estimate, NO_IMAGE } from '../../../lib/study/statistics/estimate.ts';
import { bcaInterval, tInterval } from '../../../lib/study/statistics/interval.ts';
import { detectable, equivalencePower, power, seedsFor } from '../../../lib/study/statistics/power.ts';
import { holm, pAbove, pBelow, pWithin } from '../../../lib/study/statistics/hypothesis-tests.ts';
import { differenceOf, meanOf, type Unit } from '../../../lib/study/statistics/unit.ts';

type Three = [number, number, number];

interface References {
  readonly tQuantile: Three[];
  readonly tShare: Three[];
  readonly noncentralTShare: [x: number, degrees: number, shift: number, share: number][];
  readonly samples: {
    values: number[];
    bound: number;
    low: number;
    high: number;
    below: number;
    above: number;
    margin: number;
    within: number;
  }[];
  readonly paired: { a: number[]; b: number[]; low: number; high: number };
  readonly bca: { value: number; without: number[]; resampled: number[]; low: number; high: number }[];
  readonly holm: { ps: number[]; corrected: number[] };
  readonly power: Three[];
  readonly detectable: [seeds: number, difference: number][];
  readonly seedsFor: [difference: number, seeds: number][];
  readonly equivalence: Three[];
  readonly crossed: { values: number[][]; error: number; degrees: number };
  readonly dyads: { pairs: Three[]; error: number };
}

const references = JSON.parse(
  readFileSync(new URL('fixtures/references.json', import.meta.url), 'utf8'),
) as References;

/** A value for each seed. */
function perSeed(tag: string, values: readonly number[]): Unit[] {
  return values.map((value, seed) => ({ tag, seeds: [seed], values: [{ image: NO_IMAGE, value }] }));
}

describe('distributions, as SciPy has them', () => {
  it.each(references.tQuantile)('t: %d of it, with %d degrees of freedom, lies below %d', (p, degrees, x) => {
    expect(tQuantile(p, degrees) / x).toBeCloseTo(1, 11);
  });

  it.each(references.tShare)('t: below %d, with %d degrees of freedom, lies %d', (x, degrees, share) => {
    expect(tShare(x, degrees)).toBeCloseTo(share, 13);
  });

  it.each(references.noncentralTShare)(
    'noncentral t: below %d, with %d degrees of freedom and shifted by %d, lies %d',
    (x, degrees, shift, share) => {
      expect(noncentralTShare(x, degrees, shift)).toBeCloseTo(share, 12);
    },
  );

  it('normal: 97.5 % lie below 1.96', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
    expect(normalShare(1.959963984540054)).toBeCloseTo(0.975, 12);
  });
});

describe('over seeds, as SciPy and statsmodels have it', () => {
  it.each(references.samples)('t interval, one-sided tests and equivalence of $values', (sample) => {
    const found = estimate(perSeed('x', sample.values), meanOf('x'))!;
    const interval = tInterval(found, 0.95)!;
    expect(interval.low).toBeCloseTo(sample.low, 10);
    expect(interval.high).toBeCloseTo(sample.high, 10);
    expect(pBelow(found, sample.bound)).toBeCloseTo(sample.below, 10);
    expect(pAbove(found, sample.bound)).toBeCloseTo(sample.above, 10);
    expect(pWithin(found, sample.margin)).toBeCloseTo(sample.within, 10);
  });

  it('the interval of a difference is that of its paired values', () => {
    const { a, b, low, high } = references.paired;
    const units = [...perSeed('a', a), ...perSeed('b', b)];
    const interval = tInterval(estimate(units, differenceOf('a', 'b'))!, 0.95)!;
    expect(interval.low).toBeCloseTo(low, 10);
    expect(interval.high).toBeCloseTo(high, 10);
  });

  it('seeds × images that all recur: the error and degrees of freedom of the analysis of variance', () => {
    const { values, error, degrees } = references.crossed;
    const units = values.map((row, seed): Unit => ({
      tag: 'x',
      seeds: [seed],
      values: row.map((value, image) => ({ image, value })),
    }));
    const found = estimate(units, meanOf('x'))!;
    expect(found.error).toBeCloseTo(error, 10);
    expect(found.degrees).toBeCloseTo(degrees, 8);
  });

  it('pairs of seeds: the error that least squares give', () => {
    const { pairs, error } = references.dyads;
    const units = pairs.map(([a, b, value]): Unit => ({
      tag: 'x',
      seeds: [a, b],
      values: [{ image: NO_IMAGE, value }],
    }));
    expect(estimate(units, meanOf('x'))!.error).toBeCloseTo(error, 10);
  });

  it.each(references.bca)('BCa interval from resamples around $value', (given) => {
    const { low, high } = bcaInterval(given.resampled, given.value, given.without, 0.95);
    expect(low).toBeCloseTo(given.low, 10);
    expect(high).toBeCloseTo(given.high, 10);
  });

  it('Holm’s correction', () => {
    holm(references.holm.ps).forEach((p, at) => {
      expect(p).toBeCloseTo(references.holm.corrected[at]!, 12);
    });
  });
});

const plan = { alpha: 0.025, power: 0.8 };

describe('power, as statsmodels has it', () => {
  it.each(references.power)(
    'of %d seeds for a difference of %d deviations is %d',
    (seeds, difference, is) => {
      expect(power(seeds, difference, 0.025)).toBeCloseTo(is, 9);
    },
  );

  it.each(references.detectable)('%d seeds see a difference of %d deviations', (seeds, difference) => {
    expect(detectable(seeds, plan)).toBeCloseTo(difference, 6);
  });

  it.each(references.seedsFor)('a difference of %d deviations needs %d seeds', (difference, seeds) => {
    expect(seedsFor(difference, plan)).toBe(seeds);
  });

  it.each(references.equivalence)('of %d seeds for a margin of %d deviations is %d', (seeds, margin, is) => {
    expect(equivalencePower(seeds, margin, 0.025)).toBeCloseTo(is, 5);
  });

  it('no number of seeds sees no difference', () => {
    expect(seedsFor(0, plan)).toBeNull();
    expect(seedsFor(1e-6, plan)).toBeNull();
    expect(seedsFor(100, plan)).toBe(3);
  });
});

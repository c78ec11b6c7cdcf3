import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draws, permutation, philox4x32 } from '../../lib/study/random.ts';

describe('Philox4x32-10', () => {
  // The known answers that the authors publish with Random123 (kat_vectors, "philox4x32 10").
  it.each([
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ] as const)('gives the published answer for counter $counter', ({ counter, key, words }) => {
    expect(philox4x32(counter, key)).toEqual(words);
  });
});

describe('draws', () => {
  const key = { seed: 7, purpose: 'test', epoch: 3, index: 11 };
  const first = (k: typeof key): number => draws(k).word();

  it('are the same for the same key', () => {
    const a = draws(key);
    const b = draws(key);
    for (let i = 0; i < 20; i++) expect(a.uniform()).toBe(b.uniform());
  });

  it.each([{ seed: 8 }, { purpose: 'tests' }, { epoch: 4 }, { index: 12 }])(
    'differ when %o does',
    (change) => {
      expect(first({ ...key, ...change })).not.toBe(first(key));
    },
  );

  it('are uniform: mean 1/2, variance 1/12', () => {
    const { mean, variance } = moments(20_000, draws(key).uniform);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });

  it('are normal: mean 0, variance 1, kurtosis 3', () => {
    const { mean, variance, kurtosis } = moments(40_000, draws(key).normal);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);
  });

  it('gives integers below the bound, each about equally often', () => {
    const from = draws(key);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 12_000; i++) counts[from.integer(6)]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('gives as many small integers as large ones where the bound is no power of two', () => {
    // Without leaving any word out, the first third would come half of the time.
    const bound = 3 * 2 ** 30;
    const from = draws({ seed: 1, purpose: 'thirds' });
    const small = Array.from({ length: 3000 }, () => from.integer(bound)).filter((each) => each < bound / 3);
    expect(Math.abs(small.length - 1000)).toBeLessThan(120);
  });

  it('stays within [low, high)', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: -9, max: 9, noNaN: true }), (seed, low) => {
        const value = draws({ seed, purpose: 'between' }).between(low, low + 1);
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThan(low + 1 + 1e-12);
      }),
    );
  });
});

describe('permutation', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (count, seed) => {
        const order = permutation(count, draws({ seed, purpose: 'order' }));
        expect([...order].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
      }),
    );
  });

  it('puts every number at every place about equally often', () => {
    const counts = new Array<number>(16).fill(0);
    for (let index = 0; index < 4000; index++) {
      permutation(4, draws({ seed: 1, purpose: 'order', index })).forEach((value, place) => {
        counts[4 * place + value]!++;
      });
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

function moments(count: number, draw: () => number): { mean: number; variance: number; kurtosis: number } {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, v) => sum + v, 0) / count;
  const central = (power: number): number => values.reduce((sum, v) => sum + (v - mean) ** power, 0) / count;
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 };
}

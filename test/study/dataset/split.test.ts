import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTS } from '../../../lib/study/dataset/dataset.ts';
import type { Dataset, ImageSet } from '../../../lib/study/dataset/dataset.ts';
import { splitSource } from '../../../lib/study/dataset/split.ts';
import type { SplitOptions } from '../../../lib/study/dataset/split.ts';

/** 1×1 images whose one byte is their number, so that rows can be told apart. */
function numbered(labels: readonly number[]): ImageSet {
  const bytes = Uint8Array.from(labels, (_, i) => i);
  return {
    count: labels.length,
    height: 1,
    width: 1,
    channels: 1,
    images: bytes,
    labels: Uint8Array.from(labels),
    drawn: Uint8Array.from(labels),
    index: Int32Array.from(bytes),
    masks: bytes.slice(),
  };
}

const ALL: SplitOptions = {
  ...{ seed: 1, train: null, validation: 0, test: null },
  ...{ labelNoise: 0, noisy: ['train'] },
};
const CLASSES = ['a', 'b', 'c'];

function split(
  labels: readonly number[],
  options: Partial<SplitOptions>,
  testLabels?: readonly number[],
): Dataset {
  const test = testLabels ? numbered(testLabels) : null;
  return splitSource({ classes: CLASSES, train: numbered(labels), test }, { ...ALL, ...options });
}

const labelList = fc.array(fc.nat(2), { minLength: 9, maxLength: 120 });

describe('splitSource', () => {
  it('gives every image to one part, with its label and mask', () => {
    fc.assert(
      fc.property(labelList, fc.nat(4), fc.nat(4), fc.nat(), (labels, validation, test, seed) => {
        const parts = split(labels, { validation, test, seed });
        const sets = [parts.train, parts.validation, parts.test];
        const all = sets.flatMap((set) => [...set.index]).sort((a, b) => a - b);
        expect(all).toEqual([...labels.keys()]);
        for (const set of sets) {
          expect([...set.images]).toEqual([...set.index]);
          expect([...set.masks!]).toEqual([...set.index]);
          expect([...set.labels]).toEqual([...set.index].map((i) => labels[i]));
        }
      }),
    );
  });

  it('holds out validation images in proportion to the classes', () => {
    fc.assert(
      fc.property(
        labelList,
        fc.nat(),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (labels, seed, share) => {
          const validation = Math.floor(share * labels.length);
          const parts = split(labels, { validation, seed }, [0]);
          expect(parts.validation.count).toBe(validation);
          for (const label of [0, 1, 2]) {
            const there = labels.filter((l) => l === label).length;
            const held = parts.validation.labels.filter((l) => l === label).length;
            expect(Math.abs(held - (there * validation) / labels.length)).toBeLessThan(1);
          }
        },
      ),
    );
  });

  const labels = Array.from({ length: 90 }, (_, i) => i % 3);

  it('limits training and test images, evenly over the classes', () => {
    const parts = split(labels, { train: 30, validation: 9, test: 6 }, labels);
    expect([parts.train.count, parts.validation.count, parts.test.count]).toEqual([30, 9, 6]);
    for (const set of [parts.train, parts.validation, parts.test]) {
      for (const label of [0, 1, 2]) {
        expect(set.labels.filter((l) => l === label)).toHaveLength(set.count / 3);
      }
    }
  });

  it('keeps the validation images whatever the limit on training images', () => {
    const some = split(labels, { train: 10, validation: 9 }, [0]);
    expect(some.validation).toEqual(split(labels, { validation: 9 }, [0]).validation);
  });

  it('splits otherwise with another seed', () => {
    const chosen = (seed: number): number[] => [
      ...split(labels, { validation: 9, seed }, [0]).validation.index,
    ];
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(1)).not.toEqual(chosen(2));
  });

  describe('with label noise', () => {
    const many = Array.from({ length: 250 }, (_, i) => i % 3);
    const noisy = (options: Partial<SplitOptions>): Dataset =>
      split(many, { labelNoise: 0.2, validation: 50, ...options }, many);
    const changed = ({ labels: given, drawn }: ImageSet): number =>
      given.filter((label, row) => label !== drawn[row]).length;

    it('gives a share of the training images another label, and says what they were', () => {
      const { train, validation, test } = noisy({});
      expect(Math.abs(changed(train) / 200 - 0.2)).toBeLessThan(0.1);
      expect([changed(validation), changed(test)]).toEqual([0, 0]);
      for (const set of [train, validation, test])
        expect([...set.drawn]).toEqual([...set.index].map((i) => many[i]));
      expect(train.labels.every((label) => label < 3)).toBe(true);
    });

    it('does so in other parts only where these are named', () => {
      const { train, validation, test } = noisy({ noisy: ['validation', 'test'] });
      expect(changed(train)).toBe(0);
      expect(Math.abs(changed(validation) / 50 - 0.2)).toBeLessThan(0.15);
      expect(Math.abs(changed(test) / 250 - 0.2)).toBeLessThan(0.1);
    });

    it('splits as without it', () => {
      const [unlike, plain] = [noisy({ train: 60 }), noisy({ train: 60, labelNoise: 0 })];
      for (const part of PARTS) expect([...unlike[part].index]).toEqual([...plain[part].index]);
    });
  });

  it('measures mean and standard deviation of the training images', () => {
    const { mean, std } = split([0, 1, 2], {}, [0]);
    expect(mean[0]).toBeCloseTo(1 / 255, 12);
    expect(std[0]).toBeCloseTo(Math.sqrt(2 / 3) / 255, 12);
  });

  it.each([
    {
      options: { validation: 91 },
      message: '`validation` of the data set: 91 images are wanted, but there are 90',
    },
    { options: { train: 85, validation: 9 }, message: '`train` of the data set: 85 images are wanted' },
    { options: { test: 4 }, message: '`test` of the data set: 4 images are wanted, but there are 3' },
    { options: { validation: 90 }, message: 'no training images are left' },
  ])('refuses what cannot be had: $message', ({ options, message }) => {
    expect(() => split(labels, options, [0, 1, 2])).toThrow(message);
  });

  it('asks how many test images to hold out where the source has none', () => {
    expect(() => split(labels, {})).toThrow('`test` of the data set must say how many');
  });
});

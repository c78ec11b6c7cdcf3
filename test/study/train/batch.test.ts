import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelledImages } from '../../../lib/study/dataset/file.ts';
import { drawAugmentation, PADDING } from '../../../lib/study/train/augment.ts';
import type { Augmentation } from '../../../lib/study/train/augment.ts';
import { BatchAssembler } from '../../../lib/study/train/batch.ts';
import { tinyImages } from './tiny.ts';

const images = tinyImages(6, 'batch');
const { height, width, channels } = images.set;

/** The value that torchvision's pad, crop, flip and normalise would give. */
function expected(row: number, y: number, x: number, channel: number, how: Augmentation): number {
  const fromY = y + how.down;
  const fromX = (how.flip ? width - 1 - x : x) + how.right;
  const inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
  const byte = inside ? images.set.images[((row * height + fromY) * width + fromX) * channels + channel]! : 0;
  return Math.fround((byte / 255 - images.mean[channel]!) / images.std[channel]!);
}

const offset = fc.integer({ min: -PADDING, max: PADDING });

describe('BatchAssembler', () => {
  it('moves, mirrors and normalises; outside the image is black', () => {
    fc.assert(
      fc.property(fc.nat(5), offset, offset, fc.boolean(), (row, down, right, flip) => {
        const how = { down, right, flip };
        const { values } = new BatchAssembler(images, 2).assemble([0, row], () => how);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            for (let c = 0; c < channels; c++)
              expect(values[((height + y) * width + x) * channels + c]).toBe(expected(row, y, x, c, how));
      }),
    );
  });

  it('leaves images as they are unless told otherwise', () => {
    const { values, shape } = new BatchAssembler(images, 1).assemble([4]);
    const bytes = images.set.images.subarray(4 * height * width * channels);
    expect(shape).toEqual([1, height, width, channels]);
    expect(values[0]).toBe(Math.fround((bytes[0]! / 255 - 0.47) / 0.25));
    expect(values[1]).toBe(Math.fround((bytes[1]! / 255 - 0.47) / 0.2));
  });

  it('asks for the augmentation by the image’s place in the source', () => {
    const asked: number[] = [];
    new BatchAssembler(images, 2).assemble([5, 2], (image) => {
      asked.push(image);
      return { down: 0, right: 0, flip: false };
    });
    expect(asked).toEqual([15, 6]);
  });

  it('gives one-hot labels', () => {
    const { values, shape } = new BatchAssembler(images, 2).labels([1, 5]);
    expect(shape).toEqual([2, 3]);
    expect([...values]).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('keeps fewer rows than the batch holds at its beginning', () => {
    const assembler: BatchAssembler = new BatchAssembler(images satisfies LabelledImages, 3);
    const whole = assembler.assemble([0, 1, 2]).values.slice();
    const some = assembler.assemble([2]).values;
    const size = height * width * channels;
    expect([...some.subarray(0, size)]).toEqual([...whole.subarray(2 * size)]);
    expect(some).toHaveLength(3 * size);
  });
});

describe('drawAugmentation', () => {
  it('stays within the padding, and reaches all of it', () => {
    const seen = { down: new Set<number>(), right: new Set<number>(), flip: new Set<boolean>() };
    for (let image = 0; image < 500; image++) {
      const { down, right, flip } = drawAugmentation(1, 1, image);
      seen.down.add(down);
      seen.right.add(right);
      seen.flip.add(flip);
    }
    const range = Array.from({ length: 2 * PADDING + 1 }, (_, i) => i - PADDING);
    expect([...seen.down].sort((a, b) => a - b)).toEqual(range);
    expect([...seen.right].sort((a, b) => a - b)).toEqual(range);
    expect(seen.flip.size).toBe(2);
  });

  it('is drawn by seed, epoch and image', () => {
    const of = (seed: number, epoch: number): string =>
      JSON.stringify(Array.from({ length: 8 }, (_, image) => drawAugmentation(seed, epoch, image)));
    expect(of(1, 2)).toBe(of(1, 2));
    expect(of(1, 2)).not.toBe(of(1, 3));
    expect(of(1, 2)).not.toBe(of(2, 2));
  });
});

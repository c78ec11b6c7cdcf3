import { describe, expect, it } from 'vitest';
import { readFashionMnist } from '../../../lib/study/dataset/idx.ts';
import { anyByte, bytesFile, idx } from './files.ts';

const pixels = (count: number): Uint8Array => Uint8Array.from({ length: count * 12 }, (_, i) => anyByte(i));

const GOOD: Readonly<Record<string, Uint8Array>> = {
  'train-images-idx3-ubyte': idx([3, 4, 3], pixels(3)),
  'train-labels-idx1-ubyte': idx([3], Uint8Array.of(9, 0, 4)),
  't10k-images-idx3-ubyte': idx([1, 4, 3], pixels(1)),
  't10k-labels-idx1-ubyte': idx([1], Uint8Array.of(2)),
};

const read = (files: Readonly<Record<string, Uint8Array>>): ReturnType<typeof readFashionMnist> =>
  readFashionMnist(Object.entries(files).map(([name, bytes]) => bytesFile(`mnist/${name}`, bytes)));

describe('readFashionMnist', () => {
  it('gives images of one channel, of the height and width in the header', async () => {
    const { train, test, classes } = await read(GOOD);
    expect(train).toMatchObject({ count: 3, height: 4, width: 3, channels: 1 });
    expect([...train.images]).toEqual([...pixels(3)]);
    expect([...train.labels]).toEqual([9, 0, 4]);
    expect(test?.count).toBe(1);
    expect(classes).toHaveLength(10);
  });

  it('knows the names with a dot', async () => {
    const dotted = Object.entries(GOOD).map(
      ([name, bytes]) => [name.replace('-idx', '.idx'), bytes] as const,
    );
    expect((await read(Object.fromEntries(dotted))).train.count).toBe(3);
  });

  it.each([
    {
      problem: 'a few bytes only',
      change: { 'train-images-idx3-ubyte': idx([3], Uint8Array.of(1, 2, 3)) },
      message: /mnist\/train-images-idx3-ubyte: 11 bytes, too few for an IDX header of 16/,
    },
    {
      problem: 'labels where images belong',
      change: { 'train-images-idx3-ubyte': idx([20], pixels(2)) },
      message: /magic number 0x00000801, expected 0x00000803; it is not an IDX file of images/,
    },
    {
      problem: 'a truncated file',
      change: { 't10k-images-idx3-ubyte': GOOD['t10k-images-idx3-ubyte']!.subarray(0, 20) },
      message: /t10k-images-idx3-ubyte: 20 bytes, but its header \(1 × 4 × 3\) asks for 28/,
    },
    {
      problem: 'counts that differ',
      change: { 'train-labels-idx1-ubyte': idx([2], Uint8Array.of(1, 2)) },
      message: /train-labels-idx1-ubyte: 2 labels for the 3 images/,
    },
    {
      problem: 'a label out of range',
      change: { 't10k-labels-idx1-ubyte': idx([1], Uint8Array.of(10)) },
      message: /t10k-labels-idx1-ubyte: label 0 is 10, expected 0 to 9/,
    },
  ])('says what is wrong with $problem', async ({ change, message }) => {
    await expect(read({ ...GOOD, ...change })).rejects.toThrow(message);
  });
});

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../lib/study/dataset/dataset.ts';
import { readImages, writeImages } from '../../../lib/study/dataset/file.ts';
import { loadDataset } from '../../../lib/study/dataset/load.ts';
import { datasetParams } from '../../../lib/study/dataset/params.ts';
import { anyByte, cifarRecord, idx, tar } from './files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dataset-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Files as a runner hands them over: bytes under names of its own, the readable name beside. */
async function load(params: object, files: Readonly<Record<string, Uint8Array>>): Promise<Dataset> {
  const given = await Promise.all(
    Object.entries(files).map(async ([name, bytes], i) => {
      const path = join(folder, `blob-${i}`);
      await writeFile(path, bytes);
      return { path, name };
    }),
  );
  const signal = new AbortController().signal;
  return loadDataset(datasetParams.parse(params), { files: given, signal, log: () => undefined });
}

const record = (label: number): Uint8Array => cifarRecord([label], (i) => anyByte(i + label));

describe('loadDataset', () => {
  it('draws shapes of the asked numbers', async () => {
    const dataset = await load({ name: 'shapes', train: 40, validation: 20, test: 10 }, {});
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([40, 20, 10]);
    expect(dataset.train.masks).not.toBeNull();
  });

  it('reads CIFAR-10 out of a compressed archive', async () => {
    const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
    const entries = [...names, 'test_batch.bin'].map((name, i) => ({
      name: `cifar-10-batches-bin/${name}`,
      bytes: record(i),
    }));
    const dataset = await load({ name: 'cifar10' }, { 'data/c.tar.gz': gzipSync(tar(entries)) });
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 3, 4]);
    expect([...dataset.test.labels]).toEqual([5]);
  });

  it('reads Fashion-MNIST, some of it compressed', async () => {
    const dataset = await load(
      { name: 'fashion-mnist' },
      {
        'f/train-images-idx3-ubyte.gz': gzipSync(idx([2, 3, 2], new Uint8Array(12).fill(9))),
        'f/train-labels-idx1-ubyte': idx([2], Uint8Array.of(1, 8)),
        'f/t10k-images-idx3-ubyte': idx([1, 3, 2], new Uint8Array(6)),
        'f/t10k-labels-idx1-ubyte.gz': gzipSync(idx([1], Uint8Array.of(3))),
      },
    );
    expect(dataset.train).toMatchObject({ count: 2, height: 3, width: 2, channels: 1 });
    // One value everywhere: nothing to scale by.
    expect(dataset.std).toEqual([1]);
  });

  const plain = (red: number, width = 6): Promise<Uint8Array> =>
    sharp({ create: { width, height: 4, channels: 3, background: { r: red, g: 20, b: 30 } } })
      .png()
      .toBuffer();

  it('reads a folder of images per class, resized, with its own test images', async () => {
    const dataset = await load(
      { name: 'folder', size: [8, 5] },
      {
        'pets/train/dog/1.png': await plain(200),
        'pets/train/cat/1.png': await plain(100, 9),
        'pets/train/cat/notes.txt': Buffer.from('not an image'),
        'pets/test/dog/1.png': await plain(50),
      },
    );
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.train).toMatchObject({ count: 2, height: 8, width: 5, channels: 3 });
    expect([...dataset.train.labels]).toEqual([1, 0]);
    expect([...dataset.test.images.subarray(0, 3)]).toEqual([50, 20, 30]);
  });

  it('holds test images out of a folder without a test part', async () => {
    const files = Object.fromEntries(
      await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (i) => [`p/${i % 2 ? 'a' : 'b'}/${i}.png`, await plain(i)]),
      ),
    ) as Record<string, Uint8Array>;
    const dataset = await load({ name: 'folder', size: [4, 4], test: 2 }, files);
    expect([dataset.train.count, dataset.test.count]).toEqual([4, 2]);
    expect([...dataset.test.labels].sort()).toEqual([0, 1]);
  });

  it.each([
    { params: { name: 'cifar10' }, files: {}, message: /cifar10: set its `path`.*download/ },
    {
      params: { name: 'folder', size: [4, 4] },
      files: { 'p/a/x.png': Buffer.from('nonsense'), 'p/b/y.png': Buffer.from('') },
      message: /p\/a\/x\.png: cannot be read as an image/,
    },
    {
      params: { name: 'folder', size: [4, 4] },
      files: { 'p/a/x.png': Buffer.from('') },
      message: /found 1 images in 1 folders/,
    },
    {
      params: { name: 'fashion-mnist' },
      files: {
        'f/train-images-idx3-ubyte.gz': Buffer.from('no gzip'),
        'f/train-labels-idx1-ubyte': idx([1], Uint8Array.of(3)),
      },
      message: /train-images-idx3-ubyte\.gz: damaged gzip file/,
    },
  ])('explains: $message', async ({ params, files, message }) => {
    await expect(load(params, files)).rejects.toThrow(message);
  });
});

describe('datasetParams', () => {
  it.each([
    { params: { name: 'shapes', test: 5 }, path: 'train' },
    { params: { name: 'shapes', train: 5 }, path: 'test' },
    { params: { name: 'folder' }, path: 'size' },
    { params: { name: 'cifar10', labelNoise: 2 }, path: 'labelNoise' },
  ])('wants $path in $params', ({ params, path }) => {
    expect(datasetParams.safeParse(params).error?.issues.map((issue) => issue.path[0])).toEqual([path]);
  });
});

describe('writeImages and readImages', () => {
  it.each([0, 5000])('round-trip %i images', async (count) => {
    const path = join(folder, 'images', `${count}.arrow`);
    await mkdir(dirname(path), { recursive: true });
    const images = {
      set: {
        count,
        height: 2,
        width: 1,
        channels: 3,
        images: Uint8Array.from({ length: count * 6 }, (_, i) => anyByte(i)),
        labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
        drawn: Uint8Array.from({ length: count }, (_, i) => (i + (i % 2)) % 3),
        index: Int32Array.from({ length: count }, (_, i) => 2 * i),
        masks: new Uint8Array(count * 2).fill(1),
      },
      classes: ['x', 'y', 'z'],
      mean: [0.1, 0.2, 0.3],
      std: [1, 2, 3],
    };
    await writeImages(path, images, { stage: 'data' });
    expect(await readImages(path)).toEqual(images);
  });
});

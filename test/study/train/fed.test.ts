import { describe, expect, it } from 'vitest';
import type {
  CompileOptions,
  Engine,
  Program,
  TensorFunction,
  TensorMap,
} from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { EpochRunner } from '../../../lib/study/train/epoch.ts';
import { trainParams } from '../../../lib/study/train/params.ts';
import { CLASSES, tinyImages } from './tiny.ts';

/* What training is fed: programs that compute nothing, and write down what they are given. */

interface Fed {
  /** Of each image of a batch, in order: all of its numbers as one text. */
  readonly images: readonly string[];
  readonly labels: readonly number[];
}

/** Takes down batches; gives logits of nothing. */
class FakeEngine implements Engine {
  readonly toolchain = {};
  readonly notes = [];
  readonly fed: Fed[] = [];

  compile(_fn: TensorFunction, { inputs }: CompileOptions): Promise<Program> {
    const [batch, classes] = inputs.labels!.shape as [number, number];
    const run = ({ x, labels }: TensorMap): Promise<TensorMap> => {
      const of = <T>(tensor: { values: ArrayLike<number> }, use: (row: number[]) => T): T[] =>
        Array.from({ length: batch }, (_, row) => {
          const size = tensor.values.length / batch;
          return use(Array.from({ length: size }, (_, i) => tensor.values[row * size + i]!));
        });
      this.fed.push({
        images: of(x!, (pixels) => pixels.join()),
        labels: of(labels!, (hot) => hot.indexOf(1)),
      });
      const zero = {
        dtype: 'float32',
        shape: [batch, classes],
        values: new Float32Array(batch * classes),
      } as const;
      return Promise.resolve({
        loss: { dtype: 'float32', shape: [], values: Float32Array.of(1) },
        logits: zero,
      });
    };
    return Promise.resolve({
      run,
      setState: () => undefined,
      getState: () => Promise.resolve({}),
      dispose: () => Promise.resolve(),
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

const train = tinyImages(41, 'fed');
const { height, width, channels, count } = train.set;
const model = createModel({ family: 'vgg', depth: 4, width: 1 }, train.set, CLASSES.length);

interface Choice {
  readonly seed?: number;
  readonly augment?: boolean;
  readonly dropLast?: boolean;
}

/** What an epoch is fed, image after image. */
async function epochOf(
  epoch: number,
  { seed = 1, augment = false, dropLast = false }: Choice = {},
): Promise<Fed> {
  const engine = new FakeEngine();
  const params = trainParams.parse({ batchSize: 8, learningRate: 0.1, momentum: 0.9, dropLast });
  const signal = new AbortController().signal;
  const runner = await EpochRunner.compile({ engine, model, params, augment, seed, train, signal });
  await runner.run(epoch, 0.1);
  return {
    images: engine.fed.flatMap(({ images }) => images),
    labels: engine.fed.flatMap(({ labels }) => labels),
  };
}

/** The images as they are, in their own order. */
const plain = Array.from({ length: count }, (_, row) => {
  const size = height * width * channels;
  const { mean, std } = train;
  return Array.from({ length: size }, (_, i) =>
    Math.fround((train.set.images[row * size + i]! / 255 - mean[i % channels]!) / std[i % channels]!),
  ).join();
});

/** By each place in the epoch, which image it is. */
function rowsOf({ images }: Fed): number[] {
  return images.map((image) => plain.indexOf(image));
}

const differing = (a: readonly unknown[], b: readonly unknown[]): number =>
  a.filter((value, i) => value !== b[i]).length;

describe('an epoch', () => {
  it('is fed every image once, with its own label', async () => {
    const fed = await epochOf(1);
    const rows = rowsOf(fed);
    expect([...rows].sort((a, b) => a - b)).toEqual(plain.map((_, row) => row));
    expect(fed.labels).toEqual(rows.map((row) => train.set.labels[row]));
  });

  it('leaves a short batch out where told to, and nothing else', async () => {
    expect(rowsOf(await epochOf(1, { dropLast: true }))).toEqual(rowsOf(await epochOf(1)).slice(0, 40));
  });

  it('is not fed in the order of the data set, nor class by class', async () => {
    const rows = rowsOf(await epochOf(1));
    expect(
      differing(
        rows,
        [...rows].sort((a, b) => a - b),
      ),
    ).toBeGreaterThan(count / 2);
    const { labels } = await epochOf(1);
    expect(
      differing(
        labels,
        [...labels].sort((a, b) => a - b),
      ),
    ).toBeGreaterThan(count / 3);
  });

  it('is fed in another order than any epoch before, and than with any other seed', async () => {
    const orders = [];
    for (const seed of [1, 2, 3])
      for (const epoch of [1, 2, 3, 100]) orders.push(rowsOf(await epochOf(epoch, { seed })));
    for (const [i, one] of orders.entries())
      for (const other of orders.slice(i + 1)) expect(differing(one, other)).toBeGreaterThan(count / 2);
    expect(rowsOf(await epochOf(2))).toEqual(rowsOf(await epochOf(2)));
  });

  it('in the same order with and without augmentation, so that runs of a seed make pairs', async () => {
    expect((await epochOf(2, { augment: true })).labels).toEqual((await epochOf(2)).labels);
  });
});

describe('augmentation', () => {
  /** Of each image, by its row: how it was fed. */
  async function changed(epoch: number, seed = 1): Promise<string[]> {
    const order = rowsOf(await epochOf(epoch, { seed }));
    const { images } = await epochOf(epoch, { seed, augment: true });
    const byRow: string[] = [];
    order.forEach((row, place) => (byRow[row] = images[place]!));
    return byRow;
  }

  it('changes most images, each in its own way', async () => {
    const images = await changed(1);
    expect(differing(images, plain)).toBeGreaterThan(0.9 * count);
    // Moved by so many pixels, to black: a different number of black pixels in each.
    const black = images.map((image) => image.split(',').filter((value) => Number(value) < -1.8).length);
    expect(new Set(black).size).toBeGreaterThan(count / 4);
  });

  it('changes an image otherwise in every epoch, and with every seed', async () => {
    const [first, second, other] = [await changed(1), await changed(2), await changed(1, 2)];
    expect(differing(first, second)).toBeGreaterThan(0.9 * count);
    expect(differing(first, other)).toBeGreaterThan(0.9 * count);
    expect(await changed(1)).toEqual(first);
  });

  it('is not there unless asked for', async () => {
    expect(rowsOf(await epochOf(3))).not.toContain(-1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine } from '../../../lib/compute/program.ts';
import { predictProbabilities } from '../../../lib/study/attribution/predict.ts';
import { createModel, type ModelParams } from '../../../lib/study/model/create.ts';
import { choicesTogether, imagesTogether } from '../../../lib/study/model/images-together.ts';
import { initialWeights } from '../../../lib/study/model/initial.ts';
import type { Model } from '../../../lib/study/model/model.ts';
import { CLASSES, tinyImages } from '../train/tiny.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

const tiny = tinyImages(37, 'images together');
/** Of three channels, which share no block, as two would. */
const images = {
  ...tiny,
  set: { ...tiny.set, width: 4, channels: 3 },
  mean: [0.47, 0.47, 0.47],
  std: [0.25, 0.2, 0.3],
};
const shape = [images.set.height, images.set.width, images.set.channels];
const modelOf = (params: ModelParams): Model => createModel(params, images.set, CLASSES.length);

/** With whether their images share blocks. */
const nets: readonly (readonly [ModelParams, boolean])[] = [
  [{ family: 'resnet-cifar', depth: 8, width: 4 }, true],
  [{ family: 'resnet-cifar', depth: 8, width: 8 }, true],
  [{ family: 'resnet-cifar', depth: 8, width: 16 }, false],
  [{ family: 'vgg', depth: 4, width: 32 }, false],
  [{ family: 'mobilenet', blocks: 1, width: 8, expansion: 4 }, true],
  [{ family: 'densenet', blocks: [2, 2], growth: 5, compression: 0.5 }, false],
];

describe('how many images pass through a net together', () => {
  it('is halved in whole blocks of four, and of nets whose images share none down to two', () => {
    expect(choicesTogether(128, true)).toEqual([128, 64, 32, 16, 8, 4]);
    expect(choicesTogether(100, false)).toEqual([100, 52, 28, 16, 8, 4, 2]);
    expect(choicesTogether(14, true)).toEqual([16, 8, 4]);
    expect(choicesTogether(1, false)).toEqual([4, 2]);
  });

  it.each(nets)('changes no bit of what the net says of each: %j', async (params, shared) => {
    const model = modelOf(params);
    const weights = initialWeights(model.weights, 5);
    const choices = choicesTogether(64, shared);
    const [whole, ...parts] = await Promise.all(
      choices.map((together) => predictProbabilities(engine, model, weights, images, together)),
    );
    expect(new Set(whole).size).toBeGreaterThan(images.set.count);
    for (const [i, part] of parts.entries()) expect(part, `${choices[i + 1]} together`).toEqual(whole);
  });

  it.each(nets)('is as large as the memory allows: %j', async (params, shared) => {
    const model = modelOf(params);
    const within = (memory: number | null, besides = 0) =>
      imagesTogether(model, shape, 128, { memory, besides });
    const most = await within(null);
    expect(most.images).toBe(128);
    expect(await within(most.memory)).toEqual(most);
    const half = await within(most.memory - 1);
    expect(half.images).toBe(64);
    expect(half.memory).toBeLessThan(most.memory);
    expect((await within(most.memory, 1)).images).toBe(64);
    const least = await within(1);
    expect(least.images).toBe(shared ? 4 : 2);
    expect(least.memory).toBeGreaterThan(1);
  });

  it('counts what is in memory besides', async () => {
    const model = modelOf({ family: 'vgg', depth: 4, width: 2 });
    const [bare, more] = [
      await imagesTogether(model, shape, 8, { memory: null, besides: 0 }),
      await imagesTogether(model, shape, 8, { memory: null, besides: 1e6 }),
    ];
    expect(more.memory - bare.memory).toBe(1e6);
  });
});

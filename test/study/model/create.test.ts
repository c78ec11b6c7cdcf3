import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { TensorMap } from '../../../lib/compute/program.ts';
import { createModel, modelParams } from '../../../lib/study/model/create.ts';
import type { ModelParams } from '../../../lib/study/model/create.ts';
import { initialWeights, isTrained } from '../../../lib/study/model/initial.ts';
import type { Model, Weights } from '../../../lib/study/model/model.ts';

const CIFAR = { height: 32, width: 32, channels: 3 };

function trainedParameters({ weights }: Model): number {
  return weights
    .filter(isTrained)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function tensors(values: TensorMap): Weights {
  return Object.fromEntries(
    Object.entries(values).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]),
  );
}

beforeAll(async () => {
  await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  await tf.setBackend('cpu');
});

describe('createModel', () => {
  // As published: Soudry et al.'s code, He et al.'s net in its CIFAR form, and ResNet-20 with projections.
  it.each([
    { family: 'resnet-cifar', depth: 14, width: 16, parameters: 175_258, multiplyAdds: 26_657_408 },
    { family: 'resnet18', depth: 18, width: 64, parameters: 11_173_962, multiplyAdds: 555_422_720 },
    { family: 'resnet-cifar', depth: 20, width: 16, parameters: 272_474, multiplyAdds: 40_813_184 },
  ] as const)('$family $depth of width $width has $parameters trained parameters', (expected) => {
    const { family, depth, width, parameters, multiplyAdds } = expected;
    const model = createModel({ family, depth, width }, CIFAR, 10);
    expect(trainedParameters(model)).toBe(parameters);
    expect(model.multiplyAdds).toBe(multiplyAdds);
  });

  it('counts the multiply-adds of a plain net', () => {
    const model = createModel({ family: 'vgg', depth: 4, width: 2 }, { height: 8, width: 8, channels: 1 }, 3);
    expect(model.multiplyAdds).toBe(9 * (1 * 2 * 64 + 2 * 4 * 16 + 4 * 8 * 4) + 8 * 3);
  });

  const layers: readonly (readonly [ModelParams, string])[] = [
    [{ family: 'resnet-cifar', depth: 8, width: 2 }, 'group2'],
    [{ family: 'resnet18', depth: 18, width: 2 }, 'stem'],
    [{ family: 'vgg', depth: 7, width: 2 }, 'group1'],
    [{ family: 'mobilenet', blocks: 2, width: 2, expansion: 3 }, 'group2'],
    [{ family: 'densenet', blocks: [2, 3], growth: 2, compression: 0.5 }, 'transition1'],
  ];
  const nets = layers.map(([params]) => params);
  it.each(layers)(
    '%o takes images of any height, width and channels, and is cut at any layer',
    (params, layer) => {
      const image = { height: 28, width: 21, channels: 1 };
      const model = createModel(params, image, 7);
      const weights = tensors(initialWeights(model.weights, 1));
      const x: Tensor4D = tf.ones([2, 28, 21, 1]);
      const { logits } = model.forward(weights, x, { training: false, relu: tf.relu });
      expect(logits.shape).toEqual([2, 7]);
      for (const name of [null, layer]) {
        const cut = model.layer(name);
        const features = cut.features(weights, x, tf.relu);
        expect(features.shape.slice(0, 1)).toEqual([2]);
        expect(cut.head(weights, features, x, tf.relu).dataSync()).toEqual(logits.dataSync());
      }
      expect(() => model.layer('group9')).toThrow(/^the net has no layer 'group9'; it has \w+/);
    },
  );

  it.each(nets)('$family names every weight once and uses each', (params) => {
    const model = createModel(params, CIFAR, 10);
    const names = model.weights.map((spec) => spec.name);
    expect(new Set(names).size).toBe(names.length);
    const used = new Set<string>();
    const weights = new Proxy(tensors(initialWeights(model.weights, 1)), {
      get: (all, name: string) => {
        used.add(name);
        return all[name];
      },
    });
    const { averages } = model.forward(weights, tf.ones([2, 32, 32, 3]), { training: true, relu: tf.relu });
    expect(used).toEqual(new Set(names));
    expect(Object.keys(averages)).toEqual(
      model.weights.filter((spec) => !isTrained(spec)).map((spec) => spec.name),
    );
  });

  it('names a weight that is missing', () => {
    const model = createModel(nets[0]!, CIFAR, 10);
    expect(() => model.forward({}, tf.ones([1, 32, 32, 3]), { training: false, relu: tf.relu })).toThrow(
      '"stem.filter"',
    );
  });
});

describe('modelParams', () => {
  it.each([
    { family: 'resnet-cifar', depth: 18, rule: '6n + 2' },
    { family: 'resnet18', depth: 34, rule: '18' },
    { family: 'vgg', depth: 16, rule: null },
    { family: 'vgg', depth: 8, rule: '3n + 1' },
  ])('$family of depth $depth: $rule', ({ family, depth, rule }) => {
    const result = modelParams.safeParse({ family, depth, width: 8 });
    if (rule === null) expect(result.success).toBe(true);
    else expect(result.error?.issues[0]?.message).toContain(rule);
  });
});

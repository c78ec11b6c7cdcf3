import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { multipliers, NoDifferenceRule } from '../../lib/compute/gradients/multipliers.ts';
import { registerGradients } from '../../lib/compute/gradients/register.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { random } from './values.ts';

beforeAll(async () => {
  await startTfjs();
  await tf.setBackend('cpu');
  registerGradients();
});

function points(shape: readonly number[]): { here: Tensor; there: Tensor } {
  const { values } = random(shape, 5);
  const from = random(shape, 6).values;
  // Some are the same at both points, some nearly.
  const near = Float32Array.from(from, (value, i) =>
    i % 5 === 0 ? values[i]! : i % 5 === 1 ? values[i]! + 1e-3 : value,
  );
  return { here: tf.tensor(values, [...shape]), there: tf.tensor(near, [...shape]) };
}

function number(t: Tensor): number {
  return t.dataSync()[0]!;
}

/** One channel. */
function image(x: Tensor): tf.Tensor4D {
  return tf.reshape<tf.Rank.R4>(x, [2, 4, 4, 1]);
}

const weights = (shape: readonly number[], seed: number): Tensor =>
  tf.tensor(random(shape, seed).values, [...shape]);

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  relu: (x) => tf.relu(x),
  'leaky relu': (x) => tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), 0.1)),
  abs: (x) => tf.abs(x),
  clip: (x) => tf.clipByValue(x, -0.5, 0.5),
  'the larger of it and a bound': (x) => tf.maximum(x, 0.2),
  'the smaller of a bound and it': (x) => tf.minimum(tf.tensor([0.1, -0.3, 0.4, 0]), x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  erf: (x) => tf.erf(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(tf.add(tf.square(x), 0.5)),
  square: (x) => tf.square(x),
  'squared difference': (x) => tf.squaredDifference(x, tf.neg(tf.square(x))),
  sqrt: (x) => tf.sqrt(tf.add(tf.square(x), 0.5)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.square(x), 0.5)),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.square(x), 0.5)),
  'a product of two activations': (x) => tf.mul(tf.tanh(x), tf.sigmoid(x)),
  'a product with one number for each image': (x) => tf.mul(x, tf.sigmoid(tf.mean(x, [1, 2], true))),
  'a quotient of two activations': (x) => tf.div(tf.tanh(x), tf.add(tf.exp(x), 1)),
  'a product of matrices of activations': (x) => tf.matMul(tf.relu(x), tf.tanh(x), false, true),
  'a product with a matrix of weights': (x) => tf.matMul(x, weights([2, 4, 3], 7)),
  'a normalised layer': (x) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-2)));
  },
  'maximum pooling': (x) => tf.maxPool(image(x), 2, 2, 'valid'),
  'maximum pooling of windows that overlap': (x) => tf.maxPool(tf.relu(image(x)), 3, 2, 1),
  'average pooling': (x) => tf.avgPool(tf.relu(image(x)), 2, 2, 'valid'),
  'a convolution': (x) =>
    tf.conv2d(image(x), tf.reshape<tf.Rank.R4>(weights([3, 3, 1, 2], 8), [3, 3, 1, 2]), 1, 1),
  'parts put together': (x) => tf.concat([tf.relu(x), tf.slice(tf.tanh(x), [0, 1, 0], [2, 2, 4])], 1),
  'parts of a split': (x) => tf.add(...(tf.split(tf.relu(x), 2, 1) as [Tensor, Tensor])),
  'a choice by a mask': (x) => tf.where(tf.greater(weights([2, 4, 4], 9), 0), tf.relu(x), tf.neg(x)),
  'a residual addition, padded and turned': (x) =>
    tf.pad(tf.transpose(tf.add(x, tf.relu(x)), [0, 2, 1]), [
      [0, 0],
      [1, 0],
      [0, 1],
    ]),
  'what is repeated': (x) => tf.tile(tf.relu(x), [1, 2, 1]),
};

describe('what each input adds to a difference sums to it', () => {
  it.each(Object.entries(functions))('of %s', (_name, f) => {
    const { here, there } = points([2, 4, 4]);
    const shape = f(here).shape;
    const score = (x: Tensor): Tensor => tf.sum(tf.mul(f(x), weights(shape, 11)));
    const m = multipliers(score, here, there);
    const sum = number(tf.sum(tf.mul(m, tf.sub(here, there))));
    const difference = number(tf.sub(score(here), score(there)));
    expect(Math.abs(sum - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
    expect(Number.isFinite(number(tf.sum(m)))).toBe(true);
  });
});

test('where the points are the same, what is passed back is the gradient', () => {
  const { here } = points([2, 4, 4]);
  for (const name of [
    'relu',
    'tanh',
    'sigmoid',
    'square',
    'a product of two activations',
    'maximum pooling',
  ]) {
    const score = (x: Tensor): Tensor => tf.sum(functions[name]!(x));
    const apart = tf.max(tf.abs(tf.sub(multipliers(score, here, here), tf.grad(score)(here))));
    expect(number(apart), name).toBeLessThan(1e-6);
  }
});

describe('a function without a rule is refused by the kernel and the place that it was told', () => {
  const refused: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    Softmax: (x) => tf.softmax(x),
    Max: (x) => tf.max(x, 1),
    Maximum: (x) => tf.maximum(x, tf.neg(x)),
    Select: (x) => tf.where(tf.greater(x, 0), x, tf.zerosLike(x)),
    Step: (x) => tf.step(x),
    Cast: (x) => tf.cast(tf.cast(x, 'int32'), 'float32'),
    Conv2D: (x) => {
      const images = image(x);
      return tf.conv2d(images, tf.reshape<tf.Rank.R4>(tf.slice(x, [0, 0, 0], [1, 4, 4]), [4, 4, 1, 1]), 1, 1);
    },
  };
  it.each(Object.entries(refused))('%s', (kernel, f) => {
    const { here, there } = points([2, 4, 4]);
    const rule = tf.getGradient('Relu');
    let thrown: unknown = null;
    try {
      multipliers(
        (x, at) => {
          at('first');
          const y = tf.relu(x);
          at('second');
          const z = f(y);
          at('third');
          return tf.sum(tf.tanh(z));
        },
        here,
        there,
      );
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(NoDifferenceRule);
    expect(thrown).toMatchObject({ place: 'second' });
    if (kernel !== 'Select') expect(thrown).toMatchObject({ kernel });
    expect(tf.getGradient('Relu')).toBe(rule);
  });

  it('unless it is of weights alone', () => {
    const { here, there } = points([2, 4, 4]);
    const score = (x: Tensor): Tensor => tf.sum(tf.mul(x, tf.softmax(weights([2, 4, 4], 3))));
    const m = multipliers(score, here, there);
    expect(number(tf.sum(tf.abs(tf.sub(m, tf.softmax(weights([2, 4, 4], 3))))))).toBeLessThan(1e-6);
  });
});

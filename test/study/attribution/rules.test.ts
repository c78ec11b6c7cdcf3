import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import { explained } from '../../../lib/study/attribution/explained.ts';
import { type MethodName, methods } from '../../../lib/study/attribution/methods.ts';
import {
  ordinary,
  positiveGradient,
  positiveValueAndGradient,
  positiveValueNegativeGradient,
  type ReluRule,
} from '../../../lib/study/attribution/rules.ts';
import type { Model } from '../../../lib/study/model/model.ts';
import { referenceParameters } from './reference-nets.ts';

beforeAll(async () => {
  const engine = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  await engine.dispose();
});

/** Forward value, and what of `gradient` passes backwards. */
function pass(rule: ReluRule, value: number, gradient: number): { forward: number; backward: number } {
  const x: Tensor4D = tf.tensor4d([value], [1, 1, 1, 1]);
  const backward = tf.grad((input: tf.Tensor) => tf.mul(rule(input as Tensor4D), gradient))(x);
  return { forward: rule(x).dataSync()[0]!, backward: backward.dataSync()[0]! };
}

describe('ReLU rules', () => {
  it.each([
    // value, gradient: ordinary, deconvolution, guided, minus
    [2, 3, 3, 3, 3, 0],
    [2, -3, -3, 0, 0, -3],
    [-2, 3, 0, 3, 0, 0],
    [-2, -3, 0, 0, 0, 0],
    [0, 3, 0, 3, 0, 0],
    [0, -3, 0, 0, 0, 0],
    [2, 0, 0, 0, 0, 0],
  ])('at %d, of a gradient of %d pass %d, %d, %d and %d', (value, gradient, ...expected) => {
    const rules = [ordinary, positiveGradient, positiveValueAndGradient, positiveValueNegativeGradient];
    // + 0 makes −0 the 0 it equals.
    expect(rules.map((rule) => pass(rule, value, gradient).backward + 0)).toEqual(expected);
  });

  const number = fc.float({ min: -4, max: 4, noNaN: true });

  it('all have the same forward value', () => {
    fc.assert(
      fc.property(number, (value) => {
        for (const rule of [positiveGradient, positiveValueAndGradient, positiveValueNegativeGradient])
          expect(pass(rule, value, 1).forward).toBe(pass(ordinary, value, 1).forward);
      }),
    );
  });

  it('guided passes what both others pass, and minus what saliency passes and deconvolution does not', () => {
    fc.assert(
      fc.property(number, number, (value, gradient) => {
        const passes = (rule: ReluRule) => pass(rule, value, gradient).backward !== 0;
        const [saliency, deconvolution] = [passes(ordinary), passes(positiveGradient)];
        expect(passes(positiveValueAndGradient)).toBe(saliency && deconvolution);
        expect(passes(positiveValueNegativeGradient)).toBe(saliency && !deconvolution);
      }),
    );
  });
});

/**
 * Two ReLUs on two channels of one pixel, A = ReLU(ReLU(x) · V), and logits A · W:
 *
 *     V = [ 1 −2 ]     W = [ 3 −1 ]
 *         [ 1  1 ]         [ 2  4 ]
 */
const net: Model = {
  weights: [],
  classes: 2,
  multiplyAdds: 8,
  forward(weights, x, { relu }) {
    const cut = net.layer(null);
    return { logits: cut.head(weights, cut.features(weights, x, relu), x, relu), averages: {} };
  },
  layer: () => ({
    features(_weights, x, relu) {
      const filter = tf.tensor4d([1, -2, 1, 1], [1, 1, 2, 2]);
      return relu(tf.conv2d(relu(x), filter, 1, 'valid'));
    },
    head: (_weights, features) =>
      tf.matMul(tf.reshape(features, [-1, 2]), tf.tensor2d([3, -1, 2, 4], [2, 2])),
  }),
};

function explain(method: MethodName, x: readonly [number, number], label: number): number[] {
  const inputs = {
    x: tf.tensor4d([...x], [1, 1, 1, 2]),
    classes: tf.tensor2d(label === 0 ? [1, 0] : [0, 1], [1, 2]),
    noise: tf.zeros<tf.Rank.R2>([2, 2]),
  };
  const context = explained(net, {}, inputs, 'logit', referenceParameters, 1);
  return Array.from(methods[method](context).dataSync(), (value) => value + 0);
}

describe('a net small enough to compute by hand', () => {
  // x = (1, 3): ReLU(x) = (1, 3), A = ReLU(4, 1) = (4, 1). All ReLUs are open.
  it.each<[MethodName, number, number[]]>([
    ['saliency', 0, [3 * 1 + 2 * -2, 3 + 2]],
    ['saliency', 1, [-1 + 4 * -2, -1 + 4]],
    ['guided-backpropagation', 0, [0, 5]],
    ['guided-backpropagation', 1, [0, 4]],
    ['guided-backpropagation-minus', 1, [-1, -1]],
    ['grad-cam', 0, [3 * 4 + 2 * 1]],
    ['grad-cam', 1, [0]], // −4 + 4 = 0
    ['guided-grad-cam', 0, [0, 14 * 5]],
    ['layer-cam', 1, [4]],
    ['smooth-grad', 0, [-1, 5]],
    ['var-grad', 0, [0, 0]],
    ['gradient-times-input', 0, [-1, 15]],
  ])('%s of class %d, every ReLU open', (method, label, expected) => {
    expect(explain(method, [1, 3], label)).toEqual(expected);
  });

  // x = (2, −1): ReLU(x) = (2, 0), A = ReLU(2, −4) = (2, 0). The second of each is shut.
  it.each<[MethodName, number, number[]]>([
    ['saliency', 0, [3, 0]],
    ['deconvolution', 0, [0, 5]], // A's gradient (3, 2) passes whole; 3 − 4 < 0 stops, 3 + 2 passes
    ['deconvolution', 1, [0, 4]], // of (−1, 4), only 4
    ['guided-backpropagation', 0, [3, 0]],
    ['guided-backpropagation', 1, [0, 0]],
    ['guided-backpropagation-minus', 1, [-1, 0]],
    ['grad-cam', 1, [0]], // −2 is rectified
  ])('%s of class %d, one ReLU of each pair shut', (method, label, expected) => {
    expect(explain(method, [2, -1], label)).toEqual(expected);
  });
});

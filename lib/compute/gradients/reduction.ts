import * as tf from '@tensorflow/tfjs-core';
import { ofOutput, unbroadcast, where, type Attributes, type Rule, type Tensor } from './rule.ts';

/** The shape with 1 along the reduced axes. */
function kept(x: Tensor, axis: unknown): { shape: number[]; count: number } {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  return {
    shape: x.shape.map((size, i) => (axes.includes(i) ? 1 : size)),
    count: axes.reduce((count, i) => count * x.shape[i]!, 1),
  };
}

function extremum(
  dy: Tensor,
  [x, y]: Tensor[],
  { reductionIndices, axis }: Attributes,
): Record<string, () => Tensor> {
  // Max and Min name them differently.
  const { shape } = kept(x!, reductionIndices ?? axis);
  return { x: () => where(tf.equal(x!, tf.reshape(y!, shape)), tf.reshape(dy, shape)) };
}

/** Rules of sums, extremes and products of matrices. */
export const reduction: Readonly<Record<string, Rule>> = {
  Sum: {
    saves: ['x'],
    gradient: (dy, [x], { axis }) => ({
      x: () => tf.mul(tf.reshape(dy, kept(x!, axis).shape), tf.ones(x!.shape)),
    }),
  },
  Mean: {
    saves: ['x'],
    gradient: (dy, [x], { axis }) => {
      const { shape, count } = kept(x!, axis);
      return { x: () => tf.mul(tf.div(tf.reshape(dy, shape), count), tf.ones(x!.shape)) };
    },
  },
  Max: { saves: ['x'], savesOutput: true, gradient: extremum },
  Min: { saves: ['x'], savesOutput: true, gradient: extremum },
  BatchMatMul: { saves: ['a', 'b'], gradient: matrixProduct },
  Softmax: ofOutput((dy, y) => {
    const weighted = tf.mul(dy, y);
    return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y));
  }, 'logits'),
};

function matrixProduct(dy: Tensor, [a, b]: Tensor[], attributes: Attributes): Record<string, () => Tensor> {
  const { transposeA: ta, transposeB: tb } = attributes as { transposeA: boolean; transposeB: boolean };
  return {
    a: () => unbroadcast(ta ? tf.matMul(b!, dy, tb, true) : tf.matMul(dy, b!, false, !tb), a!),
    b: () => unbroadcast(tb ? tf.matMul(dy, a!, true, ta) : tf.matMul(a!, dy, !ta, false), b!),
  };
}

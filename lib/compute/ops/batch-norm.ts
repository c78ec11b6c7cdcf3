import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';

interface BatchNorm {
  readonly y: Tensor4D;
  /** Of this batch, by channel. */
  readonly mean: Tensor1D;
  /** Of this batch, by channel; biased, that is divided by the number of elements. */
  readonly variance: Tensor1D;
}

const AXES = [0, 1, 2];

/**
 * Mean and variance by channel of [batch, height, width, channels]. The variance is that of x − mean, not
 * E[x²] − mean², which cancels where the mean is far from zero.
 */
function moments(x: Tensor4D): { centred: Tensor4D; mean: Tensor1D; variance: Tensor1D } {
  const mean = tf.mean<Tensor1D>(x, AXES);
  const centred = tf.sub<Tensor4D>(x, mean);
  return { centred, mean, variance: tf.mean<Tensor1D>(tf.square(centred), AXES) };
}

/**
 * Batch norm with the batch's own averages, y = scale·(x − mean)/√(variance + epsilon) + shift, and its
 * gradient in closed form: with d = dy·scale·inverse, inverse = 1/√(variance + epsilon) and M elements a
 * channel, dx = d − Σd/M − (x − mean)·inverse²·Σ d·(x − mean)/M.
 * No gradient flows through `mean` and `variance`.
 */
export function batchNormTraining(
  x: Tensor4D,
  scale: Tensor1D,
  shift: Tensor1D,
  { epsilon }: { readonly epsilon: number },
): BatchNorm {
  const { mean, variance } = moments(x);
  const normalise = tf.customGrad((...given) => {
    const [input, factor, offset] = given as [Tensor4D, Tensor1D, Tensor1D];
    const save = given.at(-1) as unknown as tf.GradSaveFunc;
    const { centred, variance: spread } = moments(input);
    const inverse = tf.rsqrt(tf.add(spread, epsilon));
    const value = tf.add<Tensor4D>(tf.mul(centred, tf.mul(factor, inverse)), offset);
    save([centred, inverse, factor]);
    return { value, gradFunc };
  });
  return { y: normalise(x, scale, shift), mean, variance };
}

function gradFunc(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [centred, inverse, scale] = saved as [Tensor4D, Tensor1D, Tensor1D];
  const count = centred.size / centred.shape[3];
  const total = tf.sum(dy, AXES);
  const product = tf.sum(tf.mul(dy, centred), AXES);
  const factor = tf.mul(scale, inverse);
  const slope = tf.mul(factor, tf.div(tf.mul(tf.square(inverse), product), -count));
  const offset = tf.mul(factor, tf.div(total, -count));
  const dx = tf.add(tf.add(tf.mul(centred, slope), offset), tf.mul(dy, factor));
  return [dx, tf.mul(product, inverse), total];
}

/** Batch norm with given averages: one factor and one offset by channel. */
export function batchNormInference(
  x: Tensor4D,
  scale: Tensor1D,
  shift: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
  { epsilon }: { readonly epsilon: number },
): Tensor4D {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(mean, factor)));
}

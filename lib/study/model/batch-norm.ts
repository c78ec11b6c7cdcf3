import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { weightOf } from './pass.ts';
import type { Pass } from './pass.ts';

const EPSILON = 1e-5;
/** PyTorch's: share of the new batch in the running average. */
const MOMENTUM = 0.1;

/**
 * Batch norm over batch, height and width. Training: the batch's own mean and variance (biased), and new
 * running averages (of the unbiased variance, as in PyTorch) into `pass.averages`. Otherwise: the running
 * averages.
 */
export function batchNorm(name: string, x: Tensor4D, pass: Pass): Tensor4D {
  const scale = weightOf(pass.weights, `${name}.scale`);
  const shift = weightOf(pass.weights, `${name}.shift`);
  const mean = weightOf(pass.weights, `${name}.mean`);
  const variance = weightOf(pass.weights, `${name}.variance`);
  if (!pass.options.training) return affine(x, mean, variance, scale, shift);

  const batch = tf.moments(x, [0, 1, 2]);
  const count = x.size / x.shape[3];
  pass.averages[`${name}.mean`] = blend(mean, batch.mean);
  pass.averages[`${name}.variance`] = blend(variance, tf.mul(batch.variance, count / (count - 1)));
  return affine(x, batch.mean, batch.variance, scale, shift);
}

function blend(average: Tensor, batch: Tensor): Tensor {
  return tf.keep(tf.add(tf.mul(average, 1 - MOMENTUM), tf.mul(batch, MOMENTUM)));
}

function affine(x: Tensor4D, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor): Tensor4D {
  const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(tf.sub(x, mean), factor), shift);
}

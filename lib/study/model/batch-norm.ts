import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { batchNormInference, batchNormTraining } from '../../compute/ops/batch-norm.ts';
import { weightOf } from './pass.ts';
import type { Pass } from './pass.ts';

const EPSILON = { epsilon: 1e-5 };
/** PyTorch's: share of the new batch in the running average. */
export const MOMENTUM = 0.1;

/**
 * Batch norm over batch, height and width. Training: the batch's own mean and variance (biased), and new
 * running averages (of the unbiased variance, as in PyTorch) into `pass.averages`. Otherwise: the running
 * averages.
 */
export function batchNorm(name: string, x: Tensor4D, pass: Pass): Tensor4D {
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((part) =>
    weightOf(pass.weights, `${name}.${part}`),
  ) as [Tensor1D, Tensor1D, Tensor1D, Tensor1D];
  if (!pass.options.training) return batchNormInference(x, scale, shift, mean, variance, EPSILON);

  const batch = batchNormTraining(x, scale, shift, EPSILON);
  const count = x.size / x.shape[3];
  pass.averages[`${name}.mean`] = blend(mean, batch.mean);
  pass.averages[`${name}.variance`] = blend(variance, tf.mul(batch.variance, count / (count - 1)));
  return batch.y;
}

function blend(average: Tensor, batch: Tensor): Tensor {
  return tf.add(tf.mul(average, 1 - MOMENTUM), tf.mul(batch, MOMENTUM));
}

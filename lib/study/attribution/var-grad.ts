import * as tf from '@tensorflow/tfjs-core';
import type { AttributionMethod } from './explained.ts';
import { gradientsAtNoisyCopies } from './noisy-copies.ts';

/**
 * The variance of the gradient over n noisy copies of the image: where the network's slope is least steady.
 *
 * Adebayo et al. 2018, *Local explanation methods for deep neural networks lack sensitivity to parameter
 * values*, §2.2. The population variance (divided by n), with the noise of SmoothGrad.
 *
 * `[batch, height, width, channels]` of the input, 0 or more.
 */
export const varGrad: AttributionMethod = (explained) => {
  const gradients = gradientsAtNoisyCopies(explained);
  const deviations = tf.sub(gradients, tf.mean(gradients, 0, true));
  return tf.reshape(tf.mean(tf.square(deviations), 0), explained.x.shape);
};

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type AttributionMethod, gradientOfCopies } from './explained.ts';

/**
 * The input times the mean of its gradient on the straight way from a baseline to it. Over all pixels it sums
 * to the difference in score between image and baseline, the better the more steps.
 *
 *     (x − x′) · ∫₀¹ ∂S_c/∂x (x′ + a (x − x′)) da
 *
 * Sundararajan, Taly and Yan 2017, *Axiomatic attribution for deep networks*, §3. The baseline x′ is 0 in the
 * space the network sees, the data set's mean colour, where they suggest black. The integral is taken at the
 * middles of equal steps, which needs fewer of them than the paper's right ends (§5).
 *
 * `[batch, height, width, channels]` of the input, signed.
 */
export const integratedGradients: AttributionMethod = (explained) => {
  const { x, parameters } = explained;
  const { steps } = parameters.integratedGradients;
  const [batch, height, width, channels] = x.shape;
  const pixels = batch * height * width * channels;
  const middles = Array.from({ length: steps }, (_, step) => (step + 0.5) / steps);
  const some = (first: number, count: number): Tensor4D => {
    const points = tf.tensor(middles.slice(first, first + count), [count, 1]);
    const copies = tf.mul(points, tf.reshape(x, [1, pixels]));
    return tf.reshape(copies, [count * batch, height, width, channels]);
  };
  const gradients = tf.reshape(gradientOfCopies(explained, { count: steps, some }), [steps, pixels]);
  return tf.mul(x, tf.reshape(tf.mean(gradients, 0), x.shape));
};

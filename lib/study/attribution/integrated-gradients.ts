import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type AttributionMethod, inputGradient } from './explained.ts';
import { ordinary } from './rules.ts';

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
  const points = tf.mul(tf.tensor(middles, [steps, 1]), tf.reshape(x, [1, pixels]));
  const copies = tf.reshape<Tensor4D['rankType']>(points, [steps * batch, height, width, channels]);
  const gradients = tf.reshape(inputGradient(explained, copies, ordinary), [steps, pixels]);
  return tf.mul(x, tf.reshape(tf.mean(gradients, 0), x.shape));
};

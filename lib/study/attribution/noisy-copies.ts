import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Explained, gradientOfCopies } from './explained.ts';

/**
 * ∂S_c/∂x at n noisy copies of each image: `[n, batch, height × width × channels]`. The noise is Gaussian
 * with standard deviation `noise × (max x − min x)`, per image, in the space the network sees.
 */
export function gradientsAtNoisyCopies(explained: Explained): Tensor3D {
  const { x, noise, parameters } = explained;
  const [batch, height, width, channels] = x.shape;
  const pixels = height * width * channels;
  const samples = noise.shape[0];
  const flat = tf.reshape(x, [1, batch, pixels]);
  const range = tf.add(tf.max(flat, 2, true), tf.max(tf.neg(flat), 2, true));
  const deviation = tf.mul(range, parameters.smoothGrad.noise);
  const some = (first: number, count: number): Tensor4D => {
    const fields = tf.reshape(tf.slice(noise, [first, 0], [count, pixels]), [count, 1, pixels]);
    return tf.reshape(tf.add(flat, tf.mul(fields, deviation)), [count * batch, height, width, channels]);
  };
  const gradients = gradientOfCopies(explained, { count: samples, some });
  return tf.reshape(gradients, [samples, batch, pixels]);
}

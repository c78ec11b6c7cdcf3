import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Explained, inputGradient } from './explained.ts';
import { ordinary } from './rules.ts';

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
  const copies = tf.add(flat, tf.mul(tf.reshape(noise, [samples, 1, pixels]), deviation));
  const noisy = tf.reshape<Tensor4D['rankType']>(copies, [samples * batch, height, width, channels]);
  return tf.reshape(inputGradient(explained, noisy, ordinary), [samples, batch, pixels]);
}

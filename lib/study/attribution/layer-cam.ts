import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { classActivation } from './cam.ts';
import { featureGradient } from './explained.ts';

/**
 * The last convolutional features, each value weighted by its own positive gradient:
 *
 *     map = ReLU(Σ_k ReLU(∂S_c/∂A^k) · A^k)
 *
 * Jiang et al. 2021, *LayerCAM*, eq. 5 and 6. They use it at every layer; here it is the last group. Behind
 * global average pooling and one linear layer a channel's gradient is the same everywhere, and LayerCAM is
 * then Grad-CAM with the negative weights left out.
 *
 * `[batch, u, v, 1]` of the last convolutional features, 0 or more, unbounded.
 */
export const layerCam = classActivation((layer) => {
  const { features } = layer;
  const gradient = tf.relu(featureGradient(layer));
  return tf.relu(tf.sum(tf.mul(gradient, features), -1, true)) as Tensor4D;
});

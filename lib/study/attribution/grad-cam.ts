import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { classActivation } from './cam.ts';
import { featureGradient } from './explained.ts';

/**
 * The last convolutional features, each weighted by the mean of its gradient, summed, and rectified: where
 * the features that raise the class score are.
 *
 *     α_k = (1 / uv) Σ_ij ∂S_c/∂A^k_ij        map = ReLU(Σ_k α_k A^k)
 *
 * Selvaraju et al. 2017, *Grad-CAM*, §3, eq. 1 and 2. A is the output of the last group, after its ReLU, or of the layers named
 * (`layers`).
 * They enlarge the map to the image; here it keeps the size of A, and guided Grad-CAM enlarges it.
 *
 * `[batch, u, v, 1]`, 0 or more, unbounded; all zero where no feature speaks for the class.
 */
export const gradCam = classActivation((layer) => {
  const { features } = layer;
  const importance = tf.mean(featureGradient(layer), [1, 2], true);
  return tf.relu(tf.sum(tf.mul(importance, features), -1, true)) as Tensor4D;
});

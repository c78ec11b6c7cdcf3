import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { classActivation } from './cam.ts';
import { featureGradient } from './explained.ts';

/**
 * Grad-CAM with the gradient weighted pixel by pixel before it is summed, so that several objects of a class
 * each count in full. With g = ∂S_c/∂A^k_ij:
 *
 *     a_ij = g² / (2g² + g³ Σ_ab A^k_ab)      w_k = Σ_ij a_ij ReLU(g)      map = ReLU(Σ_k w_k A^k)
 *
 * Chattopadhyay et al. 2018, *Grad-CAM++*, eq. 10 and 19, the higher derivatives of exp(S_c) being powers of
 * g, as they have it. The common factor exp(S_c) is left out: it scales the whole map. Only g > 0 counts, and
 * there a = 1 / (2 + g ΣA), which needs no care about dividing by zero.
 *
 * `[batch, u, v, 1]` of the last convolutional features, 0 or more, unbounded.
 */
export const gradCamPlusPlus = classActivation((layer) => {
  const { features } = layer;
  const gradient = tf.relu(featureGradient(layer));
  const total = tf.sum(features, [1, 2], true);
  const weighted = tf.div(gradient, tf.add(tf.mul(gradient, total), 2));
  const importance = tf.sum(weighted, [1, 2], true);
  return tf.relu(tf.sum(tf.mul(importance, features), -1, true)) as Tensor4D;
});

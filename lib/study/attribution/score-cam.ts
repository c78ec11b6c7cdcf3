import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { classActivation } from './cam.ts';
import { type AttributionMethod, scoreOfCopies } from './explained.ts';

/**
 * The last convolutional features, each weighted by the class score of the image with all but the feature's places
 * covered. No gradient is involved.
 *
 *     H_k = A^k enlarged, from 0 to 1      w = softmax_k(S_c(x ∘ H_k))      map = ReLU(Σ_k w_k A^k)
 *
 * Wang et al. 2020, *Score-CAM*, eq. 5 to 7, with the baseline 0 of the space the network sees, whose score is the
 * same for all k and falls out of the softmax. As many forward passes as the layer has channels. A feature that is
 * the same everywhere covers all, as in pytorch-grad-cam.
 *
 * `[batch, u, v, 1]`, 0 or more.
 */
export const scoreCam: AttributionMethod = (explained) =>
  classActivation(({ features }) => {
    const { x } = explained;
    const [batch, height, width, colours] = x.shape;
    const channels = features.shape[3];
    const large = tf.image.resizeBilinear(features, [height, width], false, true);
    const low = tf.min(large, [1, 2], true);
    const range = tf.sub(tf.max(large, [1, 2], true), low);
    const flat = tf.cast(tf.equal(range, 0), 'float32');
    const masks = tf.div(tf.sub(large, low), tf.add(range, flat));
    // [channels, batch, height, width, 1]
    const all = tf.reshape(tf.transpose(masks, [3, 0, 1, 2]), [channels, batch, height * width, 1]);
    const some = (first: number, count: number): Tensor4D => {
      const seen = tf.mul(tf.slice(all, first, count), tf.reshape(x, [1, batch, height * width, colours]));
      return tf.reshape(seen, [count * batch, height, width, colours]);
    };
    const copies = { count: channels, some };
    const scores = tf.reshape<Tensor2D['rankType']>(scoreOfCopies(explained, copies), [channels, batch]);
    const importance = tf.reshape(tf.softmax(tf.transpose(scores)), [batch, 1, 1, channels]);
    return tf.relu(tf.sum(tf.mul(importance, features), -1, true)) as Tensor4D;
  })(explained);

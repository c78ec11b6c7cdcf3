import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { draws } from '../random.ts';
import { type AttributionMethod, scoreOfCopies } from './explained.ts';

/**
 * How high the class score is, on average, where a pixel is to be seen: the mean of random masks, each weighted by
 * the score of the image under it. No gradient is involved.
 *
 *     map = (1 / N p) Σ_n S_c(x ∘ M_n) M_n
 *
 * Petsiuk, Das and Saenko 2018, *RISE*, §3.2: masks are grids of 0 and 1, each 1 with p = ½, enlarged bilinearly.
 * They shift each mask by a random part of a cell, too; here the grid stays. The masks are the same for all images
 * and checkpoints, so that maps differ by what the networks do.
 *
 * `[batch, height, width, 1]`, of the sign of the scores.
 */
export const rise: AttributionMethod = (explained) => {
  const { x, parameters } = explained;
  const [batch, height, width, channels] = x.shape;
  const { masks: count, cells } = parameters.rise;
  const random = draws({ seed: 0, purpose: 'RISE masks' });
  const grids = Float32Array.from({ length: count * cells * cells }, () => Number(random.uniform() < SEEN));
  const large = (small: Tensor4D): Tensor4D => tf.image.resizeBilinear(small, [height, width], false, true);
  const some = (first: number, size: number): Tensor4D => {
    const values = grids.slice(first * cells * cells, (first + size) * cells * cells);
    const masks = large(tf.tensor4d(values, [size, cells, cells, 1]));
    const each = tf.reshape(masks, [size, 1, height * width, 1]);
    const seen = tf.mul(each, tf.reshape(x, [1, batch, height * width, channels]));
    return tf.reshape(seen, [size * batch, height, width, channels]);
  };
  const scores = tf.reshape(scoreOfCopies(explained, { count, some }), [count, batch]);
  // Enlarging is linear: the weighted sum of grids, enlarged, is that of masks.
  const total = tf.matMul(scores, tf.tensor2d(grids, [count, cells * cells]), true);
  return large(tf.reshape(tf.div(total, count * SEEN), [batch, cells, cells, 1]));
};

/** p, the share of cells that are seen. */
const SEEN = 0.5;

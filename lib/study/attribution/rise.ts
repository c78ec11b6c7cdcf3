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
  const masks = tf.image.resizeBilinear(
    tf.tensor4d(grids, [count, cells, cells, 1]),
    [height, width],
    false,
    true,
  );
  const each = tf.reshape(masks, [count, 1, height * width, 1]);
  const seen = tf.mul(each, tf.reshape(x, [1, batch, height * width, channels]));
  const copies = tf.reshape<Tensor4D['rankType']>(seen, [count * batch, height, width, channels]);
  const scores = tf.reshape(scoreOfCopies(explained, copies), [count, batch]);
  const total = tf.matMul(scores, tf.reshape(masks, [count, height * width]), true);
  return tf.reshape(tf.div(total, count * SEEN), [batch, height, width, 1]);
};

/** p, the share of cells that are seen. */
const SEEN = 0.5;

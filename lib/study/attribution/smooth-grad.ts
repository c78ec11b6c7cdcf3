import * as tf from '@tensorflow/tfjs-core';
import type { AttributionMethod } from './explained.ts';
import { gradientsAtNoisyCopies } from './noisy-copies.ts';

/**
 * Saliency without its speckle: the mean of the signed gradient over n noisy copies of the image.
 *
 * Smilkov et al. 2017, *SmoothGrad: removing noise by adding noise*, §3. The noise is 15 % of the image's
 * range unless declared otherwise, as they advise. One draw of n noise fields serves all images and
 * checkpoints, so that maps differ by what the networks do, never by the draw.
 *
 * `[batch, height, width, channels]` of the input, signed, unbounded.
 */
export const smoothGrad: AttributionMethod = (explained) =>
  tf.reshape(tf.mean(gradientsAtNoisyCopies(explained), 0), explained.x.shape);

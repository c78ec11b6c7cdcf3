import * as tf from '@tensorflow/tfjs-core';
import { type AttributionMethod, inputGradient } from './explained.ts';
import { ordinary } from './rules.ts';

/**
 * The gradient times the input, x · ∂S_c/∂x: what each value contributes to the score, to first order.
 *
 * Shrikumar et al. 2016, *Not just a black box*, §3. The input is the normalised image, so a pixel of the
 * data set's mean colour contributes nothing.
 *
 * `[batch, height, width, channels]` of the input, signed, unbounded.
 */
export const gradientTimesInput: AttributionMethod = (explained) =>
  tf.mul(explained.x, inputGradient(explained, explained.x, ordinary));

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { multipliers, NoDifferenceRule } from '../../compute/gradients/multipliers.ts';
import type { AttributionMethod } from './explained.ts';
import { MethodRefusal } from './refusal.ts';
import { ordinary } from './rules.ts';

/**
 * The input times how much the class score differs for each difference of it from a baseline: what a nonlinear
 * function adds or takes is passed back by Δoutput / Δinput in the place of its slope. Over all pixels it sums to the
 * difference in score between image and baseline.
 *
 *     m = ∏ Δy / Δx along each way through the net, summed over the ways      map = (x − x′) · m
 *
 * Shrikumar, Greenside and Kundaje 2017, *Learning important features through propagating activation differences*,
 * §3.5.2, the rescale rule. The baseline x′ is 0 in the space the network sees, the data set's mean colour. Maximum
 * pooling is passed back as in Captum. Of a product of two activations, of which the paper says nothing, each factor
 * takes what the product differs by if it is changed first or last, on average. A net with a function for which
 * there is no rule (softmax between its layers, a maximum of two activations) is refused: `MethodRefusal`.
 *
 * `[batch, height, width, channels]` of the input, signed.
 */
export const deepLift: AttributionMethod = (explained) => {
  const { x } = explained;
  try {
    const score = (image: Tensor4D, at: (node: string) => void): Tensor =>
      tf.sum(explained.score(image, ordinary, at));
    return tf.mul(x, multipliers(score, x, tf.zerosLike(x)));
  } catch (error) {
    if (!(error instanceof NoDifferenceRule)) throw error;
    const { kernel, place } = error;
    throw new MethodRefusal(
      `deep-lift has no rule for ${place === null ? `the ${kernel} in this net` : `${place}, where ${kernel} is computed of activations`}; ` +
        'leave it out of attribute.methods, or take integrated-gradients, which asks for gradients alone',
      { cause: error },
    );
  }
};

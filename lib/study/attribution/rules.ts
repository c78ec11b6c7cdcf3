import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/**
 * What happens at each ReLU, those after residual additions included. The forward value is always
 * max(0, x); the rules differ in what they let through backwards.
 */
export type ReluRule = (x: Tensor4D) => Tensor4D;

/** The derivative: the gradient passes where the forward value is positive. */
export const ordinary: ReluRule = (x) => tf.relu(x);

/** The gradient passes where it is positive itself, whatever the forward value. */
export const positiveGradient: ReluRule = backwards((gradient) => tf.relu(gradient));

/** The gradient passes where the forward value and it are positive. */
export const positiveValueAndGradient: ReluRule = backwards((gradient, x) =>
  tf.mul(tf.relu(gradient), tf.step(x)),
);

/** The gradient passes where the forward value is positive and it is negative. */
export const positiveValueNegativeGradient: ReluRule = backwards((gradient, x) =>
  tf.neg(tf.mul(tf.relu(tf.neg(gradient)), tf.step(x))),
);

function backwards(rule: (gradient: Tensor4D, x: Tensor) => Tensor): ReluRule {
  // tfjs types a custom gradient's arguments as a list whose last member is `save`.
  const rectify = tf.customGrad<Tensor4D>((...inputs) => {
    const [x, save] = inputs as [Tensor4D, (tensors: Tensor[]) => void];
    save([x]);
    return { value: tf.relu(x), gradFunc: (gradient, saved) => rule(gradient, saved[0]!) };
  });
  return (x) => rectify(x);
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { scalarAt, x0, type Operator } from './operation.ts';
import { inOrder, together, type Value } from './value.ts';

export const clip: Operator = (operation) => {
  const x = x0(operation);
  const low = scalarAt(operation, 1, 'min') ?? -Infinity;
  const high = scalarAt(operation, 2, 'max') ?? Infinity;
  const { tensors, wrap } = together([x]);
  // A ReLU that ends at a number is a ReLU to attribution methods.
  if (low === 0)
    return wrap(
      high === Infinity ? operation.relu(tensors[0]!) : tf.minimum(operation.relu(tensors[0]!), high),
    );
  if (high < low) return wrap(tf.fill(tensors[0]!.shape, high));
  const above = low === -Infinity ? tensors[0]! : tf.maximum(tensors[0]!, low);
  return wrap(high === Infinity ? above : tf.minimum(above, high));
};

export function leaky(x: Tensor, slope: number | Tensor): Tensor {
  return tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), slope));
}

/** x, and below 0 α (e^(βx) − 1). */
export function exponential(x: Tensor, alpha: number, beta: number): Tensor {
  const below = tf.exp(tf.mul(tf.relu(tf.neg(x)), -beta));
  return tf.sub(tf.relu(x), tf.mul(tf.sub(1, below), alpha));
}

export function hardSigmoid(x: Tensor, alpha: number, beta: number): Tensor {
  return tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);
}

export function softplus(x: Tensor): Tensor {
  return tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));
}

export function gelu(x: Tensor, approximate: string): Tensor {
  const inner =
    approximate === 'tanh'
      ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
}

/** xⁿ of a whole n, by squaring. */
function wholePower(x: Tensor, n: number): Tensor {
  if (n < 0) return tf.reciprocal(wholePower(x, -n));
  if (n === 0) return tf.onesLike(x);
  if (n === 1) return x;
  const half = tf.square(wholePower(x, Math.floor(n / 2)));
  return n % 2 === 0 ? half : tf.mul(half, x);
}

export function power(a: Tensor, b: Value): Tensor {
  const exponent = b.known?.length === 1 ? b.known[0]! : null;
  if (exponent === null) return anyPower(a, inOrder(b));
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 64) return wholePower(a, exponent);
  if (exponent === 0.5) return tf.sqrt(a);
  return tf.exp(tf.mul(tf.log(a), exponent));
}

/** Of what is negative there are whole powers only. */
function anyPower(a: Tensor, b: Tensor): Tensor {
  const exponent = tf.cast(b, 'float32');
  const size = tf.exp(tf.mul(tf.log(tf.abs(a)), exponent));
  const odd = tf.notEqual(tf.mul(tf.floor(tf.div(exponent, 2)), 2), exponent);
  const signed = tf.where(tf.logicalAnd(tf.less(a, 0), odd), tf.neg(size), size);
  const whole = tf.logicalOr(tf.greaterEqual(a, 0), tf.equal(tf.floor(exponent), exponent));
  const real = tf.where(whole, signed, tf.fill(signed.shape, NaN));
  return tf.where(tf.equal(tf.add(exponent, tf.zerosLike(a)), 0), tf.onesLike(real), real);
}
export const prelu: Operator = ({ inputs }) => {
  const { tensors, wrap } = together(inputs as Value[]);
  return wrap(leaky(tensors[0]!, tensors[1]!));
};

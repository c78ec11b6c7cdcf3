import * as tf from '@tensorflow/tfjs-core';
import { numberOf, x0, type Operator } from './operation.ts';
import { axisOf, channelsLast, image, inOrder, plain, type Value } from './value.ts';

export const batchNormalization: Operator = (operation) => {
  const [x, scale, bias, mean, variance] = operation.inputs as Value[];
  const epsilon = numberOf(operation, 'epsilon', 1e-5);
  const factor = tf.mul(inOrder(scale!), tf.rsqrt(tf.add(inOrder(variance!), epsilon)));
  const offset = tf.sub(inOrder(bias!), tf.mul(inOrder(mean!), factor));
  if (x!.shape.length < 3) return plain(tf.add(tf.mul(inOrder(x!), factor), offset));
  return image(tf.add(tf.mul(channelsLast(x!), factor), offset));
};

export const instanceNormalization: Operator = (operation) => {
  const [x, scale, bias] = operation.inputs as Value[];
  const t = channelsLast(x!);
  const axes = t.shape.map((_, i) => i).slice(1, -1);
  const centred = tf.sub(t, tf.mean(t, axes, true));
  const inverse = tf.rsqrt(
    tf.add(tf.mean(tf.square(centred), axes, true), numberOf(operation, 'epsilon', 1e-5)),
  );
  return image(tf.add(tf.mul(tf.mul(centred, inverse), inOrder(scale!)), inOrder(bias!)));
};

export const layerNormalization: Operator = (operation) => {
  const [value, scale, bias] = operation.inputs as [Value, Value, Value | undefined];
  const x = inOrder(value);
  const first = axisOf(numberOf(operation, 'axis', -1), { ...value, last: false });
  const axes = x.shape.map((_, i) => i).slice(first);
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const spread = tf.mean(tf.square(centred), axes, true);
  const y = tf.mul(
    tf.mul(centred, tf.rsqrt(tf.add(spread, numberOf(operation, 'epsilon', 1e-5)))),
    inOrder(scale),
  );
  const whole = plain(bias === undefined ? y : tf.add(y, inOrder(bias)));
  if (operation.outputs === 1) return whole;
  const mean = tf.mean(x, axes, true);
  return [whole, plain(mean), plain(tf.rsqrt(tf.add(spread, numberOf(operation, 'epsilon', 1e-5))))];
};

export const lrn: Operator = (operation) => {
  const x = channelsLast(x0(operation));
  const size = numberOf(operation, 'size', 1);
  const channels = x.shape.at(-1)!;
  const before = Math.floor((size - 1) / 2);
  const band = Float32Array.from({ length: channels * channels }, (_, i) => {
    const [from, to] = [Math.floor(i / channels), i % channels];
    return Number(from >= to - before && from <= to + Math.ceil((size - 1) / 2));
  });
  const flat = tf.reshape(tf.square(x), [-1, channels]);
  const sums = tf.reshape(tf.matMul(flat, tf.tensor2d(band, [channels, channels])), x.shape);
  const alpha = numberOf(operation, 'alpha', 1e-4) / size;
  const base = tf.add(tf.mul(sums, alpha), numberOf(operation, 'bias', 1));
  return image(tf.mul(x, tf.exp(tf.mul(tf.log(base), -numberOf(operation, 'beta', 0.75)))));
};

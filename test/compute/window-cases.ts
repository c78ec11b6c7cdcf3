import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { onePixel, type KernelCase, type Pads } from './kernel-case.ts';
import { random } from './values.ts';

/* Windows over images that the first list of cases leaves out: depthwise, dilated, resized. */

const depthwise: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  Pads | 'same' | 'valid',
])[] = [
  [[2, 6, 6, 3], [3, 3, 3, 1], 1, onePixel],
  [[2, 6, 6, 3], [3, 3, 3, 2], 1, 'same'],
  [[2, 7, 5, 3], [3, 3, 3, 2], 2, onePixel],
  [[2, 6, 6, 3], [5, 3, 3, 1], 2, 'same'],
  [[2, 9, 10, 16], [3, 3, 16, 1], 1, onePixel],
  [[2, 10, 12, 32], [3, 3, 32, 1], 2, onePixel],
  [[2, 9, 9, 16], [3, 3, 16, 1], 2, onePixel],
  [[16, 8, 8, 16], [3, 3, 16, 1], 1, onePixel],
  [[16, 8, 8, 16], [3, 3, 16, 1], 2, 'same'],
  [[4, 8, 8, 8], [3, 3, 8, 1], 1, onePixel],
  [[4, 8, 8, 8], [5, 5, 8, 1], 2, 'same'],
  [[3, 4, 4, 24], [3, 3, 24, 1], 1, 'valid'],
];

const sizes: readonly (readonly [readonly number[], [number, number], boolean, boolean])[] = [
  [[2, 3, 4, 2], [6, 8], false, true],
  [[2, 3, 4, 2], [5, 7], true, false],
  [[1, 4, 5, 3], [9, 3], false, false],
  [[1, 1, 6, 1], [4, 1], false, true],
];

/** A filter with zeros between its places, as a dilation means it. */
function spread(filter: Tensor4D, dilation: number): Tensor4D {
  const [height, width, into, out] = filter.shape;
  const more = dilation - 1;
  const apart = tf.pad(tf.reshape(filter, [height, 1, width, 1, into * out]), [
    [0, 0],
    [0, more],
    [0, 0],
    [0, more],
    [0, 0],
  ]);
  const whole = tf.reshape<Tensor4D['rankType']>(apart, [height * dilation, width * dilation, into, out]);
  return tf.slice(whole, [0, 0, 0, 0], [height * dilation - more, width * dilation - more, into, out]);
}

export const windowCases: readonly KernelCase[] = [
  ...depthwise.map(([x, w, stride, pad]): KernelCase => ({
    title: `depthwiseConv2d of [${x.join()}] with [${w.join()}], stride ${stride}, pad ${String(pad)}`,
    inputs: { x: random(x, 1), w: random(w, 2) },
    f: (t) => tf.depthwiseConv2d(t.x as Tensor4D, t.w as Tensor4D, stride, pad),
    by: ['x', 'w'],
  })),
  {
    title: 'a depthwise convolution with batch norm by given averages, between others',
    inputs: {
      x: random([4, 8, 8, 16], 1),
      a: random([1, 1, 16, 32], 2),
      w: random([3, 3, 32, 1], 3),
      b: random([1, 1, 32, 16], 4),
      scale: random([32], 5),
      shift: random([32], 6),
    },
    f: (t) => {
      const wide = tf.relu(tf.conv2d(t.x as Tensor4D, t.a as Tensor4D, 1, 'valid'));
      const deep = tf.depthwiseConv2d(wide, t.w as Tensor4D, 1, 'same');
      const normal = tf.relu(tf.add(tf.mul(deep, t.scale!), t.shift!));
      return tf.add(tf.conv2d(normal as Tensor4D, t.b as Tensor4D, 1, 'valid'), t.x!);
    },
    by: ['x', 'a', 'w', 'b', 'scale', 'shift'],
  },
  ...[
    { x: [1, 9, 9, 2], w: [3, 3, 2, 3], pad: 'valid' },
    { x: [16, 8, 8, 16], w: [3, 3, 16, 16], pad: 'same' },
  ].map(({ x, w, pad }): KernelCase => ({
    title: `dilated conv2d of [${x.join()}] with its gradients`,
    inputs: { x: random(x, 1), w: random(w, 2) },
    f: (t) => tf.conv2d(t.x as Tensor4D, t.w as Tensor4D, 1, pad as 'same', 'NHWC', 2),
    reference: (t) => tf.conv2d(t.x as Tensor4D, spread(t.w as Tensor4D, 2), 1, pad as 'same'),
    by: ['x', 'w'],
  })),
  {
    title: 'dilated depthwiseConv2d with its gradients',
    inputs: { x: random([2, 9, 9, 16], 1), w: random([3, 3, 16, 1], 2) },
    f: (t) => tf.depthwiseConv2d(t.x as Tensor4D, t.w as Tensor4D, 1, 'same', 'NHWC', 2),
    reference: (t) => tf.depthwiseConv2d(t.x as Tensor4D, spread(t.w as Tensor4D, 2), 1, 'same'),
    by: ['x', 'w'],
  },
  ...sizes.map(([shape, size, aligned, half]): KernelCase => ({
    title: `resizeBilinear of [${shape.join()}] to ${size.join()}${aligned ? ', aligned' : ''}${half ? ', half-pixel' : ''}`,
    inputs: { x: random(shape) },
    f: ({ x }) => tf.image.resizeBilinear(x as Tensor4D, size, aligned, half),
    by: ['x'],
  })),
];

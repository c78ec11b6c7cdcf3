import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/**
 * Convolution of [batch, height, width, in] with a filter [height, width, in, out], `padding` zeros on every
 * side. TensorFlow's "same" pads unevenly at stride 2; PyTorch, and this, do not.
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, stride: number, padding: number): Tensor4D {
  const side: [number, number] = [padding, padding];
  // The gradients of TensorFlow's own binding know no explicit padding.
  if (padding > 0 && tf.getBackend() === 'tensorflow')
    return tf.conv2d(tf.pad(x, [[0, 0], side, side, [0, 0]]), filter, stride, 'valid');
  return tf.conv2d(x, filter, stride, [[0, 0], side, side, [0, 0]]);
}

/** The same for each channel by itself, with a filter [height, width, channels, 1]. */
export function depthwiseConv2d(x: Tensor4D, filter: Tensor4D, stride: number, padding: number): Tensor4D {
  const side: [number, number] = [padding, padding];
  if (padding > 0 && tf.getBackend() === 'tensorflow')
    return tf.depthwiseConv2d(tf.pad(x, [[0, 0], side, side, [0, 0]]), filter, stride, 'valid');
  // tfjs's types leave out what its function takes.
  return tf.depthwiseConv2d(x, filter, stride, [[0, 0], side, side, [0, 0]] as unknown as 'same');
}

/** Mean over height and width: [batch, channels]. */
export function globalAveragePool(x: Tensor4D): Tensor2D {
  return tf.mean<Tensor2D>(x, [1, 2]);
}

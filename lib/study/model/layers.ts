import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, globalAveragePool } from '../../compute/ops/convolution.ts';
import { batchNorm } from './batch-norm.ts';
import type { WeightSpec, Weights } from './model.ts';
import { weightOf } from './pass.ts';
import type { Pass } from './pass.ts';

/** Of one image's activations. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A part of a net whose shapes are known before it runs. */
export interface Layer {
  readonly weights: readonly WeightSpec[];
  readonly output: ImageShape;
  /** Of one image. */
  readonly multiplyAdds: number;
  apply(x: Tensor4D, pass: Pass): Tensor4D;
}

interface ConvolutionOptions {
  readonly filters: number;
  /** Height and width of the kernel; odd. */
  readonly kernel: number;
  readonly stride: number;
}

/**
 * Convolution without bias, then batch norm. Padding is (kernel - 1) / 2 on each side, at stride 2 too, as in
 * PyTorch; TensorFlow's "same" would be asymmetric there.
 */
export function convolutionNorm(name: string, input: ImageShape, options: ConvolutionOptions): Layer {
  const { filters, kernel, stride } = options;
  const pad = (kernel - 1) / 2;
  const output = {
    height: Math.floor((input.height + 2 * pad - kernel) / stride) + 1,
    width: Math.floor((input.width + 2 * pad - kernel) / stride) + 1,
    channels: filters,
  };
  const shape = [kernel, kernel, input.channels, filters] as const;
  return {
    weights: [
      { name: `${name}.filter`, shape, role: 'convolution' },
      { name: `${name}.scale`, shape: [filters], role: 'scale' },
      { name: `${name}.shift`, shape: [filters], role: 'shift' },
      { name: `${name}.mean`, shape: [filters], role: 'mean' },
      { name: `${name}.variance`, shape: [filters], role: 'variance' },
    ],
    output,
    multiplyAdds: kernel * kernel * input.channels * filters * output.height * output.width,
    apply(x, pass) {
      const filter = weightOf(pass.weights, `${name}.filter`) as Tensor4D;
      return batchNorm(name, conv2d(x, filter, stride, pad), pass);
    },
  };
}

/** Layers one after another, each with a ReLU after it where it says so. */
export function sequence(input: ImageShape, layers: readonly Layer[]): Layer {
  return {
    weights: layers.flatMap((layer) => layer.weights),
    output: layers.at(-1)?.output ?? input,
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
    apply: (x, pass) => layers.reduce((y, layer) => layer.apply(y, pass), x),
  };
}

/** The layer with a ReLU behind it. */
export function rectified(layer: Layer): Layer {
  return { ...layer, apply: (x, pass) => pass.options.relu(layer.apply(x, pass)) };
}

/** 2×2 maximum pooling; an odd last row or column is left out. */
export function maxPool(input: ImageShape): Layer {
  return {
    weights: [],
    output: {
      height: Math.floor(input.height / 2),
      width: Math.floor(input.width / 2),
      channels: input.channels,
    },
    multiplyAdds: 0,
    apply: (x) => tf.maxPool(x, 2, 2, 'valid'),
  };
}

export function linearWeights(inputs: number, classes: number): readonly WeightSpec[] {
  return [
    { name: 'linear.weight', shape: [inputs, classes], role: 'linear' },
    { name: 'linear.bias', shape: [classes], role: 'bias' },
  ];
}

/** Global average pool and linear layer. */
export function head(weights: Weights, features: Tensor4D): Tensor2D {
  const products = tf.matMul(globalAveragePool(features), weightOf(weights, 'linear.weight'));
  return tf.add(products, weightOf(weights, 'linear.bias'));
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, depthwiseConv2d, globalAveragePool } from '../../compute/ops/convolution.ts';
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

/** Without bias. Padding is (kernel - 1) / 2 on each side, at stride 2 too, as in PyTorch; TensorFlow's "same" would be asymmetric there. */
export function convolution(name: string, input: ImageShape, options: ConvolutionOptions): Layer {
  const { filters, kernel, stride } = options;
  const output = { ...windowed(input, kernel, stride), channels: filters };
  const shape = [kernel, kernel, input.channels, filters] as const;
  return {
    weights: [{ name: `${name}.filter`, shape, role: 'convolution' }],
    output,
    multiplyAdds: kernel * kernel * input.channels * filters * output.height * output.width,
    apply: (x, pass) =>
      conv2d(x, weightOf(pass.weights, `${name}.filter`) as Tensor4D, stride, (kernel - 1) / 2),
  };
}

/** Height and width that a window of odd size leaves, with padding of half of it. */
function windowed({ height, width }: ImageShape, kernel: number, stride: number) {
  const pad = (kernel - 1) / 2;
  const after = (size: number): number => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return { height: after(height), width: after(width) };
}

/** Batch norm alone. */
export function normalised(name: string, input: ImageShape): Layer {
  const shape = [input.channels];
  return {
    weights: [
      { name: `${name}.scale`, shape, role: 'scale' },
      { name: `${name}.shift`, shape, role: 'shift' },
      { name: `${name}.mean`, shape, role: 'mean' },
      { name: `${name}.variance`, shape, role: 'variance' },
    ],
    output: input,
    multiplyAdds: 0,
    apply: (x, pass) => batchNorm(name, x, pass),
  };
}

/** Convolution without bias, then batch norm. */
export function convolutionNorm(name: string, input: ImageShape, options: ConvolutionOptions): Layer {
  const filtered = convolution(name, input, options);
  return sequence(input, [filtered, normalised(name, filtered.output)]);
}

/** The same for each channel by itself: as many come out as go in. */
export function depthwiseNorm(
  name: string,
  input: ImageShape,
  { kernel, stride }: Omit<ConvolutionOptions, 'filters'>,
): Layer {
  const output = { ...windowed(input, kernel, stride), channels: input.channels };
  const pad = (kernel - 1) / 2;
  const filtered: Layer = {
    weights: [{ name: `${name}.filter`, shape: [kernel, kernel, input.channels, 1], role: 'convolution' }],
    output,
    multiplyAdds: kernel * kernel * input.channels * output.height * output.width,
    apply: (x, pass) => depthwiseConv2d(x, weightOf(pass.weights, `${name}.filter`) as Tensor4D, stride, pad),
  };
  return sequence(input, [filtered, normalised(name, output)]);
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

/** 2×2 average pooling; an odd last row or column is left out. */
export function averagePool(input: ImageShape): Layer {
  return { ...maxPool(input), apply: (x) => tf.avgPool(x, 2, 2, 'valid') };
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

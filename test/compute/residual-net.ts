import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { batchNormInference, batchNormTraining } from '../../lib/compute/ops/batch-norm.ts';
import { conv2d, globalAveragePool } from '../../lib/compute/ops/convolution.ts';
import { softmaxCrossEntropy } from '../../lib/compute/ops/cross-entropy.ts';
import type { CompileOptions, TensorFunction, TensorMap } from '../../lib/compute/program.ts';
import { integers, numbers, random, specs } from './values.ts';

/** A residual net of three convolutions and a projection, small enough for the slow reference. */
export interface SmallNet {
  readonly width: number;
  readonly batch: number;
  readonly size: number;
}

const CLASSES = 4;
const epsilon = 1e-5;

type Weights = Record<string, Tensor>;

function shapes({ width }: SmallNet): Record<string, number[]> {
  const filters = {
    stem: [3, 3, 3, width],
    first: [3, 3, width, 2 * width],
    second: [3, 3, 2 * width, 2 * width],
    shortcut: [1, 1, width, 2 * width],
  };
  const norms = Object.entries(filters).flatMap(([name, shape]) => [
    [`${name}.scale`, [shape[3]!]] as const,
    [`${name}.shift`, [shape[3]!]] as const,
  ]);
  return { ...filters, ...Object.fromEntries(norms), linear: [2 * width, CLASSES], bias: [CLASSES] };
}

export function weights(net: SmallNet): TensorMap {
  return Object.fromEntries(
    Object.entries(shapes(net)).map(([name, shape], i) => {
      const { values } = random(shape, i + 3);
      const offset = name.endsWith('.scale') ? 1 : 0;
      return [name, { dtype: 'float32', shape, values: values.map((v) => offset + v * 0.3) }];
    }),
  );
}

export function batch({ batch: count, size }: SmallNet, seed = 1): TensorMap {
  const labels = integers([count], CLASSES, seed).values;
  const oneHot = new Float32Array(count * CLASSES);
  labels.forEach((label, i) => (oneHot[i * CLASSES + label] = 1));
  return {
    images: {
      dtype: 'float32',
      shape: [count, size, size, 3],
      values: numbers(count * size * size * 3, seed),
    },
    oneHot: { dtype: 'float32', shape: [count, CLASSES], values: oneHot },
  };
}

type Norm = (x: Tensor4D, scale: Tensor1D, shift: Tensor1D) => Tensor4D;

function forward(w: Weights, images: Tensor4D, norm: Norm): Tensor2D {
  const layer = (name: string, x: Tensor4D, stride: number, padding: number): Tensor4D =>
    norm(
      conv2d(x, w[name] as Tensor4D, stride, padding),
      w[`${name}.scale`] as Tensor1D,
      w[`${name}.shift`] as Tensor1D,
    );
  const stem = tf.relu(layer('stem', images, 1, 1));
  const residual = layer('second', tf.relu(layer('first', stem, 2, 1)), 1, 1);
  const map = tf.relu(tf.add<Tensor4D>(residual, layer('shortcut', stem, 2, 0)));
  return tf.add(tf.matMul(globalAveragePool(map), w.linear as Tensor2D), w.bias!);
}

/** One step of SGD with momentum; weights and momentum are state under their own names. */
export function trainingStep(net: SmallNet): {
  fn: TensorFunction;
  options: CompileOptions;
  state: TensorMap;
} {
  const initial = weights(net);
  const names = Object.keys(initial);
  const momentum = Object.fromEntries(
    names.map((name) => [
      `momentum ${name}`,
      { ...initial[name]!, values: new Float32Array(initial[name]!.values.length) },
    ]),
  );
  const norm: Norm = (x, scale, shift) => batchNormTraining(x, scale, shift, { epsilon }).y;
  const fn: TensorFunction = (inputs) => {
    const loss = (...variables: Tensor[]): tf.Scalar => {
      const w = Object.fromEntries(names.map((name, i) => [name, variables[i]!]));
      const logits = forward(w, inputs.images as Tensor4D, norm);
      return tf.mean(softmaxCrossEntropy(logits, inputs.oneHot as Tensor2D));
    };
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => inputs[name]!));
    const outputs: Record<string, Tensor> = { loss: value };
    names.forEach((name, i) => {
      const moved = tf.add(tf.mul(inputs[`momentum ${name}`]!, 0.9), grads[i]!);
      outputs[`momentum ${name}`] = moved;
      outputs[name] = tf.sub(inputs[name]!, tf.mul(moved, 0.1));
    });
    return outputs;
  };
  const state = { ...initial, ...momentum };
  return {
    fn,
    state,
    options: {
      inputs: specs({ ...batch(net), ...state }),
      state: Object.fromEntries(Object.keys(state).map((name) => [name, name])),
    },
  };
}

/** Logits, and the gradient of the first class's logit with respect to the images. */
export const explain: TensorFunction = (inputs) => {
  const norm: Norm = (x, scale, shift) =>
    batchNormInference(x, scale, shift, tf.fill(scale.shape, 0.1), tf.fill(scale.shape, 2), { epsilon });
  const logits = (images: Tensor): Tensor2D => forward(inputs, images as Tensor4D, norm);
  const gradient = tf.grad((images) => tf.sum(tf.slice(logits(images), [0, 0], [-1, 1])));
  return { logits: logits(inputs.images!), gradient: gradient(inputs.images!) };
};

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { permuteValues } from '../trace/fold.ts';

/**
 * A tensor of an ONNX graph: numbers known before anything runs (shapes, axes, bounds), or a tensor. Images lie
 * with their channels last, as TensorFlow wants them, until an operator asks for ONNX's order; `shape` is ONNX's
 * always.
 */
export interface Value {
  readonly shape: readonly number[];
  readonly known: ArrayLike<number> | null;
  readonly integer: boolean;
  readonly tensor: Tensor | null;
  /** Whether `tensor` is [batch, …, channels]. */
  readonly last: boolean;
}

export function known(values: ArrayLike<number>, shape: readonly number[], integer = true): Value {
  return { shape, known: values, integer, tensor: null, last: false };
}

/** A tensor in ONNX's order. */
export function plain(tensor: Tensor): Value {
  return { shape: tensor.shape, known: null, integer: tensor.dtype === 'int32', tensor, last: false };
}

/** A tensor with its channels last. */
export function image(tensor: Tensor): Value {
  const { shape } = tensor;
  const order = [shape[0], shape.at(-1)!, ...shape.slice(1, -1)];
  return { shape: order, known: null, integer: false, tensor, last: true };
}

function toLast(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
}

function toFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
}

/** In ONNX's order. */
export function inOrder(value: Value): Tensor {
  if (value.known !== null) return constant(value.known, value.shape, value.integer);
  const { tensor, last, shape } = value;
  return last ? tf.transpose(tensor!, toFirst(shape.length)) : tensor!;
}

function constant(values: ArrayLike<number>, shape: readonly number[], integer: boolean): Tensor {
  const typed = integer ? Int32Array.from(values) : Float32Array.from(values);
  return tf.tensor(typed, [...shape], integer ? 'int32' : 'float32');
}

/** With the channels last. */
export function channelsLast(value: Value): Tensor {
  if (value.last) return value.tensor!;
  const rank = value.shape.length;
  if (rank < 3) throw new Error(`an image was expected, not a tensor of shape [${value.shape.join(', ')}]`);
  if (value.known !== null) {
    const order = toLast(rank);
    const values = permuteValues(Float32Array.from(value.known), value.shape, order);
    return constant(
      values,
      order.map((axis) => value.shape[axis]!),
      value.integer,
    );
  }
  return tf.transpose(value.tensor!, toLast(rank));
}

/** [batch, height, width, channels]; a row of places is an image of height 1. */
export function image4(value: Value): Tensor4D {
  const x = channelsLast(value);
  return (x.shape.length === 3 ? tf.expandDims(x, 1) : x) as Tensor4D;
}

/** Operands for element-by-element work in one order: channels last where one of them is an image that lies so. */
export function together(values: readonly Value[]): { tensors: Tensor[]; wrap: (t: Tensor) => Value } {
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  const lead = values.find(({ last, shape }) => last && shape.length === rank);
  if (lead === undefined) return { tensors: values.map(inOrder), wrap: plain };
  const tensors = values.map((value) => {
    if (value.last && value.shape.length === rank) return value.tensor!;
    const count = value.shape.reduce((product, size) => product * size, 1);
    if (count === 1) return tf.reshape(inOrder(value), []);
    const full = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
    // One number per channel needs no more axes.
    if (full[1] === count) return tf.reshape(inOrder(value), [count]);
    return tf.transpose(tf.reshape(inOrder(value), full), toLast(rank));
  });
  return { tensors, wrap: image };
}

/** The axis of the tensor that ONNX's axis is. */
export function axisOf(axis: number, { shape, last }: Value): number {
  const rank = shape.length;
  const positive = axis < 0 ? axis + rank : axis;
  if (!last) return positive;
  return positive === 0 ? 0 : positive === 1 ? rank - 1 : positive - 1;
}

export function integers(value: Value | undefined, what: string): number[] {
  if (value?.known == null) throw new Error(`${what} must be known before the net runs`);
  return Array.from(value.known);
}

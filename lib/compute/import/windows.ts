import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { listOf, numberOf, textOf, x0, type Operation, type Operator } from './operation.ts';
import { channelsLast, image, image4, inOrder, type Value } from './value.ts';

/** [top, left, …, bottom, right, …] of a window operator. */
function padsOf(operation: Operation, sizes: readonly number[], kernel: readonly number[]): number[] {
  const rank = sizes.length;
  const strides = listOf(operation, 'strides') ?? new Array<number>(rank).fill(1);
  const dilations = listOf(operation, 'dilations') ?? new Array<number>(rank).fill(1);
  const auto = textOf(operation, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === '')
    return listOf(operation, 'pads') ?? new Array<number>(2 * rank).fill(0);
  if (auto === 'VALID') return new Array<number>(2 * rank).fill(0);
  const total = sizes.map((size, i) => {
    const outputs = Math.ceil(size / strides[i]!);
    return Math.max(0, (outputs - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size);
  });
  const less = total.map((pad) => Math.floor(pad / 2));
  const more = total.map((pad, i) => pad - less[i]!);
  return auto === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less];
}

interface Window {
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  /** Top, left, bottom, right. */
  readonly pads: [number, number, number, number];
  readonly flat: boolean;
}

/** A window of one or two dimensions, as one of two. */
function windowOf(operation: Operation, x: Value, kernel: readonly number[]): Window {
  const sizes = x.shape.slice(2);
  if (sizes.length > 2) throw new Error(`${operation.op} of ${sizes.length} dimensions is not imported`);
  const flat = sizes.length === 1;
  const both = (list: readonly number[], other: number): [number, number] =>
    flat ? [other, list[0]!] : [list[0]!, list[1]!];
  const ones = sizes.map(() => 1);
  const pads = padsOf(operation, sizes, kernel);
  const begins = both(pads.slice(0, sizes.length), 0);
  const ends = both(pads.slice(sizes.length), 0);
  return {
    kernel: both(kernel, 1),
    strides: both(listOf(operation, 'strides') ?? ones, 1),
    dilations: both(listOf(operation, 'dilations') ?? ones, 1),
    pads: [begins[0], begins[1], ends[0], ends[1]],
    flat,
  };
}

/** Back to one dimension where the operator's was one. */
function asImage(y: Tensor4D, { flat }: { readonly flat: boolean }): Value {
  return image(flat ? tf.squeeze(y, [1]) : y);
}

type Pads4 = [[number, number], [number, number], [number, number], [number, number]];

function around([top, left, bottom, right]: readonly [number, number, number, number]): Pads4 {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

export const conv: Operator = (operation) => {
  const [x, w, bias] = operation.inputs as [Value, Value, Value | undefined];
  const window = windowOf(operation, x, w.shape.slice(2));
  const groups = numberOf(operation, 'group', 1);
  const input = image4(x);
  const [out, into] = w.shape as [number, number];
  const weights = inOrder(w);
  // [out, in, height, width] as [height, width, in, out].
  const filter = tf.transpose(window.flat ? tf.expandDims(weights, 2) : weights, [2, 3, 1, 0]) as Tensor4D;
  const { strides, dilations } = window;
  const pads = around(window.pads);
  let y: Tensor4D;
  if (groups === 1) y = tf.conv2d<Tensor4D>(input, filter, strides, pads, 'NHWC', dilations);
  else if (into === 1 && x.shape[1] === groups) {
    const [height, width] = window.kernel;
    // [height, width, 1, groups · m] as [height, width, groups, m].
    const each = tf.reshape<Tensor4D['rankType']>(filter, [height, width, groups, out / groups]);
    y = tf.depthwiseConv2d(input, each, strides, pads, 'NHWC', dilations);
  } else {
    const parts = evenly(input, groups);
    const filters = evenly(filter, groups);
    y = tf.concat(
      parts.map((part, i) =>
        tf.conv2d<Tensor4D>(part, filters[i] as Tensor4D, strides, pads, 'NHWC', dilations),
      ),
      3,
    );
  }
  const whole = bias === undefined ? y : tf.add<Tensor4D>(y, inOrder(bias));
  return asImage(whole, window);
};

/** Channels in groups of the same size. */
function evenly(x: Tensor4D, count: number): Tensor4D[] {
  const size = x.shape[3] / count;
  return Array.from({ length: count }, (_, i) =>
    tf.slice4d(x, [0, 0, 0, i * size], [...x.shape.slice(0, 3), size] as never),
  );
}

/** Rows and columns that the last windows need beyond the pads, where sizes are rounded up. */
function ceiled(window: Window, sizes: readonly [number, number]): Window {
  const [top, left, bottom, right] = window.pads;
  const begins = [top, left] as const;
  const ends = [bottom, right].map((end, i) => {
    const reach = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
    const span = sizes[i]! + begins[i]! + end - reach;
    const stride = window.strides[i]!;
    let outputs = Math.ceil(span / stride) + 1;
    // A window that would begin beyond the image and its first pad is left out.
    if ((outputs - 1) * stride >= sizes[i]! + begins[i]!) outputs -= 1;
    return Math.max(end, (outputs - 1) * stride + reach - sizes[i]! - begins[i]!);
  });
  return { ...window, pads: [top, left, ends[0]!, ends[1]!] };
}

function pooled(operation: Operation): { x: Tensor4D; window: Window; plainPads: Window['pads'] } {
  const value = x0(operation);
  const window = windowOf(operation, value, listOf(operation, 'kernel_shape')!);
  if (window.dilations.some((d) => d !== 1))
    throw new Error(`${operation.op} with dilations is not imported`);
  const x = image4(value);
  const up = numberOf(operation, 'ceil_mode', 0) === 1;
  const sizes = [x.shape[1], x.shape[2]] as const;
  return { x, window: up ? ceiled(window, sizes) : window, plainPads: window.pads };
}

export const maxPool: Operator = (operation) => {
  if (operation.outputs > 1) throw new Error('MaxPool with indices is not imported');
  const { x, window } = pooled(operation);
  const { kernel, strides, pads } = window;
  // -Infinity stands beside the image.
  return asImage(tf.maxPool(x, kernel, strides, around(pads)), window);
};

export const averagePool: Operator = (operation) => {
  const { x, window, plainPads } = pooled(operation);
  const { kernel, strides, pads } = window;
  const padded = tf.pad(x, around(pads));
  const y = tf.avgPool(padded, kernel, strides, 'valid');
  if (pads.every((pad) => pad === 0)) return asImage(y, window);
  const counted = numberOf(operation, 'count_include_pad', 0) === 1 ? plainPads : [0, 0, 0, 0];
  const factors = shares(x.shape, window, counted);
  return asImage(tf.mul<Tensor4D>(y, tf.tensor(factors, [1, y.shape[1], y.shape[2], 1])), window);
};

/** For each window, the places that it has over those that count: the image's own, and pads where they count. */
function shares(
  [, height, width]: Tensor4D['shape'],
  { kernel, strides, pads }: Window,
  counted: readonly number[],
): number[] {
  const along = (size: number, axis: 0 | 1): number[] => {
    const [before, after] = [pads[axis], pads[axis + 2]!];
    const outputs = Math.floor((size + before + after - kernel[axis]) / strides[axis]) + 1;
    return Array.from({ length: outputs }, (_, i) => {
      const start = i * strides[axis] - before;
      const from = Math.max(start, -counted[axis]!);
      const to = Math.min(start + kernel[axis], size + counted[axis + 2]!);
      return Math.max(0, to - from);
    });
  };
  const [rows, columns] = [along(height, 0), along(width, 1)];
  return rows.flatMap((r) => columns.map((c) => (kernel[0] * kernel[1]) / (r * c)));
}

export const globalAverage: Operator = (operation) => {
  const x = channelsLast(x0(operation));
  return image(tf.mean(x, x.shape.map((_, i) => i).slice(1, -1), true));
};

export const globalMax: Operator = (operation) => {
  const x = channelsLast(x0(operation));
  return image(tf.max(x, x.shape.map((_, i) => i).slice(1, -1), true));
};

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { listAt, numberOf, x0, type Operator } from './operation.ts';
import { axisOf, image, inOrder, plain, type Value } from './value.ts';

export const gemm: Operator = (operation) => {
  const [a, b, c] = operation.inputs as [Value, Value, Value | undefined];
  const [alpha, beta] = [numberOf(operation, 'alpha', 1), numberOf(operation, 'beta', 1)];
  const transposed = (name: string): boolean => numberOf(operation, name, 0) !== 0;
  const product = tf.mul(
    tf.matMul(inOrder(a), inOrder(b), transposed('transA'), transposed('transB')),
    alpha,
  );
  return plain(c === undefined ? product : tf.add(product, tf.mul(inOrder(c), beta)));
};

export const matMul: Operator = ({ inputs }) => {
  const [a, b] = (inputs as Value[]).map(inOrder) as [Tensor, Tensor];
  const left = a.shape.length === 1 ? tf.expandDims(a, 0) : a;
  const right = b.shape.length === 1 ? tf.expandDims(b, 1) : b;
  const rank = Math.max(left.shape.length, right.shape.length);
  const raised = (x: Tensor): Tensor =>
    tf.reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]);
  const y =
    right.shape.length === 2 && left.shape.length > 2
      ? flattened(left, right)
      : tf.matMul(raised(left), raised(right));
  const dropped = [
    ...(a.shape.length === 1 ? [y.shape.length - 2] : []),
    ...(b.shape.length === 1 ? [y.shape.length - 1] : []),
  ];
  return plain(dropped.length === 0 ? y : tf.squeeze(y, dropped));
};

/** A stack of matrices times one: the rows of all of them times it. */
function flattened(a: Tensor, b: Tensor): Tensor {
  const rows = tf.reshape(a, [-1, a.shape.at(-1)!]);
  return tf.reshape(tf.matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1]!]);
}

export function reduced(f: (x: Tensor, axes: number[], keep: boolean) => Tensor): Operator {
  return (operation) => {
    const x = x0(operation);
    const given = listAt(operation, 1, 'axes');
    const keep = numberOf(operation, 'keepdims', 1) === 1;
    if ((given === undefined || given.length === 0) && numberOf(operation, 'noop_with_empty_axes', 0) === 1)
      return x;
    const axes = given === undefined || given.length === 0 ? x.shape.map((_, i) => i) : given;
    if (!keep || !x.last) {
      // Over all places of an image, the order of what is left is the same.
      const places =
        x.last &&
        axes.length === x.shape.length - 2 &&
        axes.every((a) => (a + x.shape.length) % x.shape.length >= 2);
      if (places)
        return plain(
          f(
            x.tensor!,
            axes.map((axis) => axisOf(axis, x)),
            false,
          ),
        );
      const natural = { ...x, last: false };
      return plain(
        f(
          inOrder(x),
          axes.map((axis) => axisOf(axis, natural)),
          keep,
        ),
      );
    }
    return image(
      f(
        x.tensor!,
        axes.map((axis) => axisOf(axis, x)),
        true,
      ),
    );
  };
}

export const softmax: Operator = (operation) => {
  const x = x0(operation);
  const old = operation.opset < 13;
  const axis = axisOf(numberOf(operation, 'axis', old ? 1 : -1), { ...x, last: false });
  const t = inOrder(x);
  if (old) {
    const rows = x.shape.slice(0, axis).reduce((p, s) => p * s, 1);
    return plain(tf.reshape(tf.softmax(tf.reshape(t, [rows, -1])), t.shape));
  }
  if (axis === x.shape.length - 1) return plain(tf.softmax(t));
  const order = swap(x.shape.length, axis);
  return plain(tf.transpose(tf.softmax(tf.transpose(t, order)), order));
};

function swap(rank: number, axis: number): number[] {
  const order = Array.from({ length: rank }, (_, i) => i);
  order[axis] = rank - 1;
  order[rank - 1] = axis;
  return order;
}

export const logSoftmax: Operator = (operation) => {
  const y = softmax(operation) as Value;
  return plain(tf.log(inOrder(y)));
};

export const argMax: Operator = (operation) => {
  const x = x0(operation);
  if (numberOf(operation, 'select_last_index', 0) === 1)
    throw new Error('ArgMax of the last index is not imported');
  const axis = axisOf(numberOf(operation, 'axis', 0), { ...x, last: false });
  const y = tf.argMax(inOrder(x), axis);
  return plain(numberOf(operation, 'keepdims', 1) === 1 ? tf.expandDims(y, axis) : y);
};

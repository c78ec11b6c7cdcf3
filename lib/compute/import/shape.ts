import * as tf from '@tensorflow/tfjs-core';
import { knownBinary } from './elementwise.ts';
import { listAt, numberOf, x0, type Operation, type Operator } from './operation.ts';
import { inOrder, integers, known, plain, type Value } from './value.ts';

/** A target shape with its 0 and −1 worked out; a batch that was written in is the batch there is now. */
function shapeFor(x: Value, target: readonly number[], { batch }: Operation, zeroIsSize = false): number[] {
  const count = x.shape.reduce((product, size) => product * size, 1);
  const shape = target.map((size, i) => (size === 0 && !zeroIsSize ? x.shape[i]! : size));
  const rest = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const open = shape.indexOf(-1);
  const fits = open >= 0 ? Number.isInteger(count / rest) : rest === count;
  if (
    (!fits || open >= 0) &&
    batch.written !== null &&
    batch.written !== batch.now &&
    shape[0] === batch.written &&
    x.shape[0] === batch.now
  )
    shape[0] = batch.now;
  if (open >= 0) {
    const others = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
    shape[open] = others === 0 ? 0 : count / others;
  }
  return shape;
}

function reshaped(x: Value, shape: readonly number[]): Value {
  if (x.known !== null) return known(x.known, shape, x.integer);
  // An image of one place is its channels, whichever way it lies.
  const single = x.last && x.shape.slice(2).every((size) => size === 1);
  return plain(tf.reshape(single ? x.tensor! : inOrder(x), [...shape]));
}

export const reshape: Operator = (operation) => {
  const x = x0(operation);
  const target = listAt(operation, 1, 'shape')!;
  return reshaped(x, shapeFor(x, target, operation, numberOf(operation, 'allowzero', 0) === 1));
};

export const flatten: Operator = (operation) => {
  const x = x0(operation);
  const given = numberOf(operation, 'axis', 1);
  const axis = given < 0 ? given + x.shape.length : given;
  const rows = x.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const count = x.shape.reduce((product, size) => product * size, 1);
  return reshaped(x, [rows, count / rows]);
};

export const squeeze: Operator = (operation) => {
  const x = x0(operation);
  const axes = listAt(operation, 1, 'axes')?.map((axis) => (axis + x.shape.length) % x.shape.length);
  const shape = x.shape.filter((size, i) => (axes === undefined ? size !== 1 : !axes.includes(i)));
  return reshaped(x, shape);
};

export const unsqueeze: Operator = (operation) => {
  const x = x0(operation);
  const given = listAt(operation, 1, 'axes')!;
  const rank = x.shape.length + given.length;
  const axes = given.map((axis) => (axis + rank) % rank).sort((a, b) => a - b);
  const shape = [...x.shape];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return reshaped(x, shape);
};

export const expand: Operator = (operation) => {
  const x = x0(operation);
  const { batch } = operation;
  const target = integers(operation.inputs[1], 'the shape of Expand');
  const [first] = target;
  const rebatched =
    batch.written !== null &&
    first === batch.written &&
    target.length === x.shape.length &&
    x.shape[0] === 1 &&
    batch.now !== batch.written
      ? [batch.now, ...target.slice(1)]
      : target;
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...x.shape], rebatched);
  if (x.known !== null)
    return knownBinary(
      [x, known(new Array<number>(shape.reduce((p, s) => p * s, 1)).fill(0), shape, x.integer)],
      (a) => a,
    );
  return plain(tf.mul(inOrder(x), tf.ones(shape)));
};

export const shapeOf: Operator = (operation) => {
  const { shape } = x0(operation);
  const rank = shape.length;
  const clamp = (at: number): number => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  const part = shape.slice(clamp(numberOf(operation, 'start', 0)), clamp(numberOf(operation, 'end', rank)));
  return known(part, [part.length]);
};

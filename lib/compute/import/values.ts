import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FileTensor } from '../onnx/decode.ts';
import { knownBinary } from './elementwise.ts';
import { numberOf, x0, type Operator } from './operation.ts';
import { integers, known, plain, together, type Value } from './value.ts';

export const cast: Operator = (operation) => {
  const x = x0(operation);
  const to = numberOf(operation, 'to', 1);
  const float = [1, 10, 11, 16].includes(to);
  if (x.known !== null)
    return known(
      Array.from(x.known, (v) => (to === 9 ? Number(v !== 0) : float ? v : Math.trunc(v))),
      x.shape,
      !float,
    );
  const { tensors, wrap } = together([x]);
  return wrap(tf.cast(tensors[0]!, float ? 'float32' : to === 9 ? 'bool' : 'int32'));
};

function tensorConstant({ values, dims, type }: FileTensor): Value {
  return known(values, dims, type !== 'float32');
}

export const constantNode: Operator = ({ attributes }) => {
  const [name, value] = Object.entries(attributes)[0]!;
  if (name === 'value') return tensorConstant(value as FileTensor);
  const list = [value as number | number[]].flat();
  return known(list, Array.isArray(value) ? [list.length] : [], name.startsWith('value_int'));
};

export const constantOfShape: Operator = (operation) => {
  const shape = integers(operation.inputs[0], 'the shape of ConstantOfShape');
  const value = operation.attributes.value as FileTensor | undefined;
  const count = shape.reduce((product, size) => product * size, 1);
  const float = (value?.type ?? 'float32') === 'float32';
  if (float && count > 1024) return plain(tf.fill(shape, value?.values[0] ?? 0));
  return known(new Array<number>(count).fill(value?.values[0] ?? 0), shape, !float);
};

export const where: Operator = ({ inputs }) => {
  const values = inputs as [Value, Value, Value];
  if (values.every((value) => value.known !== null)) {
    const [c, a, b] = values;
    const chosen = knownBinary([knownBinary([c, a], (k, v) => (k !== 0 ? v : NaN)), b], (v, other) =>
      Number.isNaN(v) ? other : v,
    );
    return { ...chosen, integer: a.integer };
  }
  const { tensors, wrap } = together(values);
  const shape = tensors
    .map((t) => t.shape)
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
  const [condition, a, b] = tensors as [Tensor, Tensor, Tensor];
  const mask = tf.greater(spread(tf.cast(condition, 'float32'), shape), 0);
  return wrap(tf.where(mask, spread(a, shape), spread(b, shape)));
};

/** Repeated along axes of size 1. */
function spread(x: Tensor, shape: number[]): Tensor {
  return x.shape.join() === shape.join() ? x : tf.mul(x, tf.ones(shape, x.dtype as 'float32'));
}

export const range: Operator = ({ inputs }) => {
  const [start, limit, step] = inputs.map((value) => integers(value, 'Range')[0]!) as [
    number,
    number,
    number,
  ];
  const values: number[] = [];
  for (let at = start; step > 0 ? at < limit : at > limit; at += step) values.push(at);
  return known(values, [values.length], inputs[0]!.integer);
};

export const same: Operator = (operation) => x0(operation);

/** Nothing, as always outside training. */
export const dropout: Operator = (operation) => {
  const x = x0(operation);
  const [, ratio, training] = operation.inputs;
  const trains = training !== undefined && (training.known === null || training.known[0] !== 0);
  if (trains && ratio?.known?.[0] !== 0)
    throw new Error(
      'it drops at random, as in training; export the net in its evaluation mode (model.eval())',
    );
  if (operation.outputs === 1) return x;
  return [x, known(new Array<number>(x.shape.reduce((p, n) => p * n, 1)).fill(1), x.shape)];
};

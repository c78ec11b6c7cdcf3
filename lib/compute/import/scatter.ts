import * as tf from '@tensorflow/tfjs-core';
import { elements } from '../trace/graph.ts';
import { isKnown, knownConcat, knownPicked } from './known.ts';
import { picked } from './movement.ts';
import { textOf, type Operation, type Operator } from './operation.ts';
import { inOrder, integers, known, plain, type Value } from './value.ts';

/** Which row each index names, of rows that are numbered through the axes that it goes into. */
function rowsOf(indices: Value, axes: readonly number[]): number[] {
  const numbers = integers(indices, 'the indices of ScatterND');
  const rows: number[] = [];
  for (let i = 0; i < numbers.length; i += axes.length)
    rows.push(
      axes.reduce((row, size, axis) => {
        const index = numbers[i + axis]!;
        return row * size + (index < 0 ? index + size : index);
      }, 0),
    );
  return rows;
}

/**
 * What PyTorch writes for `x[a:b, c:d] = y`: rows of the data, and in their place those of the updates. Of two for one
 * place ONNX does not say which counts; here it is the last.
 */
export const scatterND: Operator = (operation: Operation) => {
  const [data, indices, updates] = operation.inputs as [Value, Value, Value];
  if (textOf(operation, 'reduction', 'none') !== 'none')
    throw new Error('it adds or multiplies into places; write it as an addition or a product');
  const { shape } = data;
  const deep = indices.shape.at(-1)!;
  const axes = shape.slice(0, deep);
  const rest = shape.slice(deep);
  const rows = elements(axes);
  // A row of all there are, the data's first.
  const places = Array.from({ length: rows }, (_, row) => row);
  rowsOf(indices, axes).forEach((row, update) => (places[row] = rows + update));
  const updated = elements(indices.shape.slice(0, -1));
  if (isKnown(data) && isKnown(updates)) {
    const whole = [
      { ...data, shape: [rows, elements(rest)] },
      { ...updates, shape: [updated, elements(rest)] },
    ];
    const all = knownConcat(whole, 0);
    if (isKnown(all)) return known(knownPicked(all, 0, places).known, shape, data.integer);
  }
  const all = tf.concat(
    [
      tf.reshape(inOrder(data), [rows, elements(rest)]),
      tf.reshape(inOrder(updates), [updated, elements(rest)]),
    ],
    0,
  );
  return plain(tf.reshape(picked(all, 0, places), [...shape]));
};

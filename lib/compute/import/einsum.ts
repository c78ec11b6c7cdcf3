import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { elements } from '../trace/graph.ts';
import { textOf, type Operator } from './operation.ts';
import { inOrder, plain, type Value } from './value.ts';

/** A tensor with a letter for each of its axes. */
interface Lettered {
  readonly tensor: Tensor;
  readonly letters: readonly string[];
}

function sizes(of: readonly string[], { tensor, letters }: Lettered): number[] {
  return of.map((letter) => tensor.shape[letters.indexOf(letter)]!);
}

function inOrderOf({ tensor, letters }: Lettered, order: readonly string[]): Tensor {
  const axes = order.map((letter) => letters.indexOf(letter));
  return axes.every((axis, i) => axis === i) ? tensor : tf.transpose(tensor, axes);
}

/** Summed over the axes whose letters stand nowhere else. */
function summed({ tensor, letters }: Lettered, kept: (letter: string) => boolean): Lettered {
  const gone = letters.flatMap((letter, axis) => (kept(letter) ? [] : [axis]));
  if (gone.length === 0) return { tensor, letters };
  return { tensor: tf.sum(tensor, gone), letters: letters.filter(kept) };
}

/** A product of two as matrices: what both have and the rest needs is a stack of them. */
function product(left: Lettered, right: Lettered, needed: (letter: string) => boolean): Lettered {
  const a = summed(left, (letter) => needed(letter) || right.letters.includes(letter));
  const b = summed(right, (letter) => needed(letter) || a.letters.includes(letter));
  const both = a.letters.filter((letter) => b.letters.includes(letter));
  const stack = both.filter(needed);
  const inner = both.filter((letter) => !needed(letter));
  const rows = a.letters.filter((letter) => !both.includes(letter));
  const columns = b.letters.filter((letter) => !both.includes(letter));
  const count = (of: readonly string[], x: Lettered): number => elements(sizes(of, x));
  const y = tf.matMul(
    tf.reshape(inOrderOf(a, [...stack, ...rows, ...inner]), [
      count(stack, a),
      count(rows, a),
      count(inner, a),
    ]),
    tf.reshape(inOrderOf(b, [...stack, ...inner, ...columns]), [
      count(stack, b),
      count(inner, b),
      count(columns, b),
    ]),
  );
  const shape = [...sizes(stack, a), ...sizes(rows, a), ...sizes(columns, b)];
  return { tensor: tf.reshape(y, shape), letters: [...stack, ...rows, ...columns] };
}

/** `bhid,bhjd->bhij`: products of the operands' numbers, summed over every letter that the result does not have. */
export const einsum: Operator = (operation) => {
  const equation = textOf(operation, 'equation', '').replaceAll(' ', '');
  const [from = '', to] = equation.split('->');
  const terms = from.split(',').map((term) => Array.from(term));
  const repeated = terms.some((term) => new Set(term).size < term.length);
  if (equation.includes('.') || repeated)
    throw new Error(
      `'${equation}' has ${repeated ? 'a letter twice in one operand' : 'an ellipsis'}; write out its axes`,
    );
  const once = [...new Set(terms.flat())].filter(
    (letter) => terms.flat().filter((other) => other === letter).length === 1,
  );
  const result = to === undefined ? once.sort() : Array.from(to);
  const operands = (operation.inputs as Value[]).map((value, i): Lettered => ({
    tensor: inOrder(value),
    letters: terms[i]!,
  }));
  const [first, ...others] = operands as [Lettered, ...Lettered[]];
  const whole = others.reduce((left, right, i) => {
    const later = others.slice(i + 1).flatMap(({ letters }) => letters);
    return product(left, right, (letter) => result.includes(letter) || later.includes(letter));
  }, first);
  return plain(
    inOrderOf(
      summed(whole, (letter) => result.includes(letter)),
      result,
    ),
  );
};

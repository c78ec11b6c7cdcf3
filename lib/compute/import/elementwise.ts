import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { x0, type Operation, type Operator } from './operation.ts';
import { known, together, type Value } from './value.ts';

export function unary(
  f: (x: Tensor, operation: Operation) => Tensor,
  onNumbers?: (x: number) => number,
): Operator {
  return (operation) => {
    const x = x0(operation);
    if (x.known !== null && onNumbers !== undefined)
      return known(Array.from(x.known, onNumbers), x.shape, x.integer);
    const { tensors, wrap } = together([x]);
    return wrap(f(tensors[0]!, operation));
  };
}

export type Binary = (a: Tensor, b: Tensor) => Tensor;

/** Any number of operands, one after another. */
export function folded(f: Binary, onNumbers: (a: number, b: number) => number): Operator {
  return ({ inputs }) => {
    const values = inputs as Value[];
    if (values.every((value) => value.known !== null)) return knownBinary(values, onNumbers);
    const { tensors, wrap } = together(values);
    return wrap(tensors.reduce((a, b) => f(a, b)));
  };
}

export function knownBinary(values: readonly Value[], f: (a: number, b: number) => number): Value {
  return values.reduce((a, b) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
    const count = shape.reduce((product, size) => product * size, 1);
    const at = (value: Value, i: number): number => {
      let place = 0;
      let stride = 1;
      let rest = i;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const index = rest % shape[axis]!;
        rest = Math.floor(rest / shape[axis]!);
        const size = value.shape[axis - shape.length + value.shape.length];
        if (size === undefined) continue;
        if (size > 1) place += index * stride;
        stride *= size;
      }
      return value.known![place]!;
    };
    const integer = a.integer && b.integer;
    const results = Array.from({ length: count }, (_, i) => f(at(a, i), at(b, i)));
    return known(results, shape, integer);
  });
}

export function compared(f: Binary, onNumbers: (a: number, b: number) => boolean): Operator {
  return folded(f, (a, b) => Number(onNumbers(a, b)));
}

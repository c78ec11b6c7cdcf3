import type { TensorValue } from '../lib/compute/program.ts';

export function floats(shape: readonly number[], value: (i: number) => number): TensorValue {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, values: Float32Array.from({ length: count }, (_, i) => value(i)) };
}

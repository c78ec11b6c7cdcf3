import type { TensorValue } from '../../compute/program.ts';

/** A batch of `size` rows from `first` on; past the end, the first of them again, to be dropped afterwards. */
export function batchRows(count: number, first: number, size: number): readonly number[] {
  return Array.from({ length: size }, (_, i) => (first + i < count ? first + i : first));
}

/** Rows of a float tensor, in the given order. */
export function takeRows(tensor: TensorValue, rows: readonly number[]): TensorValue {
  const size = tensor.values.length / tensor.shape[0]!;
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    values.set(tensor.values.subarray(row * size, (row + 1) * size), i * size);
  });
  return { dtype: 'float32', shape: [rows.length, ...tensor.shape.slice(1)], values };
}

export function firstRows(tensor: TensorValue, rows: number): TensorValue {
  const size = tensor.values.length / tensor.shape[0]!;
  return {
    ...tensor,
    shape: [rows, ...tensor.shape.slice(1)],
    values: tensor.values.subarray(0, rows * size),
  };
}

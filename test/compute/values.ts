import type { TensorMap, TensorSpec, TensorValue } from '../../lib/compute/program.ts';

/** Numbers in [-1, 1) that repeat from run to run. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function random(shape: readonly number[], seed = 1): TensorValue {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'float32', shape, values: numbers(count, seed) };
}

export function integers(shape: readonly number[], below: number, seed = 1): TensorValue {
  const { values } = random(shape, seed);
  return {
    dtype: 'int32',
    shape,
    values: Int32Array.from(values, (value) => Math.floor(((value + 1) / 2) * below)),
  };
}

export function specs(values: TensorMap): Record<string, TensorSpec> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
  );
}

/** Largest difference over the larger of 1 and the largest value. */
export function difference(a: TensorValue | undefined, b: TensorValue | undefined): number {
  if (a === undefined || b === undefined) throw new Error('a tensor is missing');
  if (a.shape.join() !== b.shape.join() || a.dtype !== b.dtype || a.values.length !== b.values.length)
    throw new Error(`${a.dtype} [${a.shape.join()}] is not like ${b.dtype} [${b.shape.join()}]`);
  let scale = 1;
  for (const value of b.values) scale = Math.max(scale, Math.abs(value));
  let worst = 0;
  a.values.forEach((value, i) => {
    const distance = Math.abs(value - b.values[i]!) / scale;
    worst = Number.isNaN(distance) ? Infinity : Math.max(worst, distance);
  });
  return worst;
}

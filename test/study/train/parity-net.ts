import type { TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import type { Model, WeightSpec } from '../../../lib/study/model/model.ts';

/* Weights and images by the formula that fixtures/torch_parity.py repeats. */

export const BATCH = 16;
export const IMAGE = { height: 16, width: 16, channels: 3 };
export const CLASSES = 10;
export const SHAPE = [16, 16, 3];

function uniform(tensor: number, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    const word = Math.imul(i + 100_003 * (tensor + 1), 2_654_435_761) >>> 0;
    const mixed = Math.imul(word ^ (word >>> 15), 2_246_822_519) >>> 0;
    return (mixed / 2 ** 32 - 0.5) * Math.sqrt(12);
  });
}

function weight({ role, shape }: WeightSpec, place: number): TensorValue {
  const fanOut = shape.slice(0, 2).reduce((product, size) => product * size, 1) * shape.at(-1)!;
  const [offset, factor] = {
    convolution: [0, Math.sqrt(2 / fanOut)],
    scale: [1, 0.1],
    shift: [0, 0.1],
    mean: [0, 0.1],
    variance: [1, 0.1],
    linear: [0, 1 / Math.sqrt(shape[0]!)],
    bias: [0, 0.1],
  }[role] as [number, number];
  return { dtype: 'float32', shape, values: uniform(place, shape).map((u) => offset + factor * u) };
}

export const x: TensorValue = {
  dtype: 'float32',
  shape: [BATCH, ...SHAPE],
  values: uniform(1000, [BATCH, ...SHAPE]),
};
export const labels: TensorValue = {
  dtype: 'float32',
  shape: [BATCH, CLASSES],
  values: Float32Array.from({ length: BATCH * CLASSES }, (_, i) =>
    (Math.floor(i / CLASSES) * 7) % CLASSES === i % CLASSES ? 1 : 0,
  ),
};
export function rateOf(rate: number): TensorValue {
  return { dtype: 'float32', shape: [], values: Float32Array.of(rate) };
}

export function weightsOf(model: Model): TensorMap {
  return Object.fromEntries(model.weights.map((spec, place) => [spec.name, weight(spec, place)]));
}

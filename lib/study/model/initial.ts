import type { TensorMap, TensorValue } from '../../compute/program.ts';
import { draws } from '../random.ts';
import type { WeightSpec } from './model.ts';

/** True for what SGD updates, false for batch norm's running averages. */
export function isTrained(spec: WeightSpec): boolean {
  return spec.role !== 'mean' && spec.role !== 'variance';
}

/**
 * Weights before training. Convolutions: He-normal with fan-out, standard deviation √(2 / (kernel height ×
 * kernel width × filters)). Batch norm: scale 1, shift 0. Linear layer: uniform within ±1/√inputs, bias
 * included (PyTorch's default). Each weight's draws are keyed by its name, so a net keeps its values where
 * another part of it changes.
 */
export function initialWeights(specs: readonly WeightSpec[], seed: number): TensorMap {
  // A net from elsewhere may end in a convolution.
  const last =
    specs.find((spec) => spec.role === 'linear') ?? specs.findLast((spec) => spec.role === 'convolution');
  const inputs = last?.shape.slice(0, -1).reduce((product, size) => product * size, 1) ?? 1;
  return Object.fromEntries(specs.map((spec) => [spec.name, initialWeight(spec, seed, inputs)]));
}

function initialWeight(spec: WeightSpec, seed: number, linearInputs: number): TensorValue {
  const values = new Float32Array(spec.shape.reduce((product, size) => product * size, 1));
  const from = draws({ seed, purpose: `weights/${spec.name}` });
  switch (spec.role) {
    case 'convolution': {
      const [height, width, , filters] = spec.shape;
      const deviation = Math.sqrt(2 / (height! * width! * filters!));
      for (let i = 0; i < values.length; i++) values[i] = deviation * from.normal();
      break;
    }
    case 'linear':
    case 'bias': {
      const bound = 1 / Math.sqrt(linearInputs);
      for (let i = 0; i < values.length; i++) values[i] = from.between(-bound, bound);
      break;
    }
    case 'scale':
    case 'variance':
      values.fill(1);
      break;
    case 'shift':
    case 'mean':
      break;
  }
  return { dtype: 'float32', shape: spec.shape, values };
}

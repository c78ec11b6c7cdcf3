import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorSpec } from '../../compute/program.ts';
import type { Model, Weights } from './model.ts';

interface KeptWeights {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** Output name → input name. */
  readonly state: Readonly<Record<string, string>>;
  /** The outputs that keep them. */
  outputs(weights: Weights): Record<string, Tensor>;
}

/**
 * A model's weights as state of a program that no call changes: `setState` puts a checkpoint's in, so one
 * program serves all checkpoints.
 */
export function keptWeights({ weights }: Model): KeptWeights {
  const next = (name: string): string => `next/${name}`;
  return {
    inputs: Object.fromEntries(weights.map(({ name, shape }) => [name, { dtype: 'float32', shape }])),
    state: Object.fromEntries(weights.map(({ name }) => [next(name), name])),
    outputs: (given) => Object.fromEntries(weights.map(({ name }) => [next(name), tf.clone(given[name]!)])),
  };
}

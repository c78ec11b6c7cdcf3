import type { Tensor } from '@tensorflow/tfjs-core';
import type { ForwardOptions, Weights } from './model.ts';

/** What a forward pass carries from layer to layer. */
export interface Pass {
  readonly weights: Weights;
  readonly options: ForwardOptions;
  /** Filled with the new running averages while training. */
  readonly averages: Record<string, Tensor>;
}

/** The named weight; a missing one is named. */
export function weightOf(weights: Weights, name: string): Tensor {
  const weight = weights[name];
  if (!weight) {
    const there = Object.keys(weights).length;
    throw new Error(`the model needs a weight "${name}", which is not among the ${there} given`);
  }
  return weight;
}

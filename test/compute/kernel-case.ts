import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap } from '../../lib/compute/program.ts';

export interface KernelCase {
  readonly title: string;
  readonly inputs: TensorMap;
  readonly f: (t: Record<string, Tensor>) => Tensor;
  /** The same in kernels whose gradients tfjs's cpu backend has right. */
  readonly reference?: (t: Record<string, Tensor>) => Tensor;
  /** Inputs to differentiate by; none where the function is flat or takes integers. */
  readonly by?: readonly string[];
}

/** Before and behind each dimension of `[batch, height, width, channels]`, as tfjs takes them. */
export type Pads = [[number, number], [number, number], [number, number], [number, number]];
/** One pixel on all sides. */
export const onePixel: Pads = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

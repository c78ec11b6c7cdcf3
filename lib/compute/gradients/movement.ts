import * as tf from '@tensorflow/tfjs-core';
import { flat, type Rule, type Tensor } from './rule.ts';

/** Rules of kernels that only move elements. */
export const movement: Readonly<Record<string, Rule>> = {
  Identity: { gradient: (dy) => ({ x: () => tf.cast(dy, 'float32') }) },
  Cast: { gradient: (dy) => ({ x: () => tf.clone(dy) }) },
  ZerosLike: flat,
  OnesLike: flat,
  Reshape: { saves: ['x'], gradient: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }) },
  ExpandDims: { saves: ['input'], gradient: (dy, [x]) => ({ input: () => tf.reshape(dy, x!.shape) }) },
  Transpose: {
    gradient: (dy, _saved, { perm }) => ({
      x: () => tf.transpose(dy, invert(perm as number[])),
    }),
  },
  PadV2: {
    saves: ['x'],
    gradient: (dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          (paddings as number[][]).map(([before]) => before!),
          x!.shape,
        ),
    }),
  },
  Slice: {
    saves: ['x'],
    gradient: (dy, [x], { begin, size }) => {
      const [from, length] = tf.slice_util.parseSliceParams(x!, begin as number[], size as number[]) as [
        number[],
        number[],
      ];
      const paddings = from.map((start, i): [number, number] => [start, x!.shape[i]! - start - length[i]!]);
      return { x: () => tf.pad(dy, paddings) };
    },
  },
  SplitV: {
    // One gradient for each part.
    gradient: (dy, _saved, { axis }) => ({ x: () => tf.concat(dy as unknown as Tensor[], axis as number) }),
  },
  Tile: {
    saves: ['x'],
    gradient: (dy, [x], { reps }) => {
      const copies = x!.shape.flatMap((size, axis) => [(reps as number[])[axis]!, size]);
      const axes = x!.shape.map((_, axis) => 2 * axis);
      return { x: () => tf.sum(tf.reshape(dy, copies), axes) };
    },
  },
  Concat: {
    savesAll: true,
    gradient: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, dy.shape)[0]!;
      let start = 0;
      return Object.fromEntries(
        saved.map((part, i) => {
          const begin = dy.shape.map((_, d) => (d === along ? start : 0));
          start += part.shape[along]!;
          return [i, () => tf.slice(dy, begin, part.shape)];
        }),
      );
    },
  },
};

function invert(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

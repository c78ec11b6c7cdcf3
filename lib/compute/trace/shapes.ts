import { slice_util, util } from '@tensorflow/tfjs-core';
import { sameShape, type Node } from './graph.ts';
import { listed, type Given, type Kernel, type Result } from './kernel.ts';

/* What kernels give that only move elements. Each checks what tfjs leaves to its backends. */

export const reshape: Kernel = {
  inputs: ['x'],
  result: ([x], given) => {
    const count = x!.shape.reduce((product, size) => product * size, 1);
    return { shape: util.inferFromImplicitShape(given.shape as number[], count), dtype: x!.dtype };
  },
};

export const expandDims: Kernel = {
  inputs: ['input'],
  result: ([x], given) => {
    const rank = x!.shape.length;
    const dim = given.dim as number;
    if (dim < -(rank + 1) || dim > rank)
      throw new Error(
        `there is no axis ${dim} in a tensor of rank ${rank}: it may be ${-(rank + 1)} to ${rank}`,
      );
    return { shape: x!.shape.toSpliced(dim < 0 ? rank + 1 + dim : dim, 0, 1), dtype: x!.dtype };
  },
};

export const transpose: Kernel = {
  inputs: ['x'],
  result: ([x], { perm }) => ({
    shape: (perm as number[]).map((axis) => x!.shape[axis]!),
    dtype: x!.dtype,
    attributes: { perm: [...(perm as number[])] },
  }),
};

export const pad: Kernel = {
  inputs: ['x'],
  result: ([x], { paddings, constantValue }) => {
    const pads = paddings as [number, number][];
    if (pads.flat().some((count) => count < 0))
      throw new Error(`it pads by ${listed(pads.map(listed) as never)}; take elements away with tf.slice`);
    return {
      shape: x!.shape.map((size, i) => size + pads[i]![0] + pads[i]![1]),
      dtype: x!.dtype,
      attributes: { pads: pads.map((pair) => [...pair]), value: (constantValue ?? 0) as number },
    };
  },
};

export const slice: Kernel = {
  inputs: ['x'],
  result: ([x], { begin, size }) => {
    const [from, shape] = slice_util.parseSliceParams(
      x as unknown as Parameters<typeof slice_util.parseSliceParams>[0],
      begin as number[],
      (size ?? undefined) as number[],
    ) as [number[], number[]];
    const out = from.findIndex((start, i) => start < 0 || shape[i]! < 0 || start + shape[i]! > x!.shape[i]!);
    if (out >= 0)
      throw new Error(
        `elements ${from[out]!} to ${from[out]! + shape[out]!} of axis ${out} are not all in ${listed(x!.shape)}`,
      );
    return { shape, dtype: x!.dtype, attributes: { begin: from } };
  },
};

export const tile: Kernel = {
  inputs: ['x'],
  result: ([x], { reps }) => {
    const repeats = reps as number[];
    return {
      shape: x!.shape.map((size, axis) => size * repeats[axis]!),
      dtype: x!.dtype,
      attributes: { repeats: [...repeats] },
    };
  },
};

export function concatenated(inputs: readonly Node[], given: Given): Result {
  const [first] = inputs as [Node];
  const axis = util.parseAxisParam(given.axis as number, [...first.shape])[0]!;
  for (const part of inputs) {
    const fits =
      part.shape.length === first.shape.length &&
      sameShape(part.shape.toSpliced(axis, 1), first.shape.toSpliced(axis, 1));
    if (!fits || part.dtype !== first.dtype)
      throw new Error(
        `${part.dtype} ${listed(part.shape)} does not join ${first.dtype} ${listed(first.shape)} along axis ${axis}`,
      );
  }
  const shape = first.shape.map((size, i) =>
    i === axis ? inputs.reduce((sum, part) => sum + part.shape[i]!, 0) : size,
  );
  return { shape, dtype: first.dtype, attributes: { axis } };
}

/** Throws unless tensors can be stacked. */
export function checkStack(inputs: readonly Node[]): void {
  const [first] = inputs as [Node];
  for (const part of inputs)
    if (!sameShape(part.shape, first.shape) || part.dtype !== first.dtype)
      throw new Error(
        `${part.dtype} ${listed(part.shape)} does not stack on ${first.dtype} ${listed(first.shape)}`,
      );
}

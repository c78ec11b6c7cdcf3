import type { Node } from '../trace/graph.ts';
import type { Attributes, Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { channelsFirst, filterLayout, physical, swappedFilterLayout, type Laid } from './layout.ts';

export type Shape4 = [number, number, number, number];

export interface Geometry {
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

export function geometry(node: Node): Geometry {
  return node.attributes as unknown as Geometry;
}

/** An operator that gives the node's image. */
export function product(
  op: string,
  operands: readonly string[],
  attributes: Attributes,
  { shape }: Node,
  context: Context,
): Laid {
  const name = context.product(op, operands, attributes, physical(channelsFirst, shape));
  return { name, layout: channelsFirst, dims: shape };
}

export const forward: Lowering = (node, context) => {
  const [x, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const inputs = [context.operand(x, channelsFirst), context.operand(filter, filterLayout)];
  return product('Conv', inputs, { strides, pads, dilations }, node, context);
};

/** A filter turned by 180 degrees. */
export function turned(filter: string, context: Context): string {
  const { graph } = context;
  const ends = graph.integers([-100_000, -100_000]);
  return context.op('Slice', [
    filter,
    graph.integers([-1, -1]),
    ends,
    graph.integers([2, 3]),
    graph.integers([-1, -1]),
  ]);
}

/** Rows and columns at the end of an image that no window reached; `node` is its gradient, of dy and the filter. */
export function unreached(node: Node): number[] {
  const [dy, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  return [0, 1].map((i) => {
    const reach = dilations[i]! * (filter.shape[i]! - 1) + 1;
    return node.shape[i + 1]! - ((dy.shape[i + 1]! - 1) * strides[i]! + reach - pads[i]! - pads[i + 2]!);
  });
}

/** At stride 1 a convolution with the turned filter, its channels exchanged; else the transposed one. */
export const inputGradient: Lowering = (node, context) => {
  const [dy, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const [kernelHeight, kernelWidth] = filter.shape as [number, number];
  const gradient = context.operand(dy, channelsFirst);
  const reach = [dilations[0] * (kernelHeight - 1), dilations[1] * (kernelWidth - 1)] as const;
  if (strides[0] === 1 && strides[1] === 1) {
    const opposite = pads.map((pad, i) => reach[i % 2]! - pad);
    const inputs = [gradient, turned(context.operand(filter, swappedFilterLayout), context)];
    return product('Conv', inputs, { pads: opposite, dilations }, node, context);
  }
  const attributes = { strides, pads, dilations, output_padding: unreached(node) };
  const inputs = [gradient, context.operand(filter, filterLayout)];
  return product('ConvTranspose', inputs, attributes, node, context);
};

export const filterGradient: Lowering = (node, context) => {
  const [x, dy] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const keepsSize = x.shape[1] === dy.shape[1] && x.shape[2] === dy.shape[2];
  const dense = [...strides, ...dilations].every((step) => step === 1);
  const places = node.shape[0]! * node.shape[1]!;
  if (places === 1 && pads.every((pad) => pad === 0)) return byPlaces(node, context);
  return keepsSize && dense ? byShifts(node, context) : byPlaces(node, context);
};

/** For each place in a filter, the part of the image under it: [batch, in, outHeight, outWidth]. */
export function views(node: Node, context: Context): string[] {
  const [x, dy] = node.inputs as [Node, Node];
  const { graph } = context;
  const { strides, pads, dilations } = geometry(node);
  const [kernelHeight, kernelWidth] = node.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const [top, left, bottom, right] = pads;
  const whole = context.operand(x, channelsFirst);
  const padded = pads.every((pad) => pad === 0)
    ? whole
    : context.op('Pad', [whole, graph.integers([0, 0, top, left, 0, 0, bottom, right])]);
  return Array.from({ length: kernelHeight * kernelWidth }, (_, place) => {
    const row = Math.floor(place / kernelWidth) * dilations[0];
    const column = (place % kernelWidth) * dilations[1];
    const ends = [row + (outHeight - 1) * strides[0] + 1, column + (outWidth - 1) * strides[1] + 1];
    return context.op('Slice', [
      padded,
      graph.integers([row, column]),
      graph.integers(ends),
      graph.integers([2, 3]),
      graph.integers(strides),
    ]);
  });
}

/**
 * For each place in the filter, the part of x under it as [batch, in, positions]; all of them stacked and
 * multiplied with dy, [batch, out, positions], over the positions, then summed over the batch.
 */
function byPlaces(node: Node, context: Context): Laid {
  const dy = node.inputs[1]!;
  const [kernelHeight, kernelWidth, into, out] = node.shape as Shape4;
  const [batch, outHeight, outWidth] = dy.shape as Shape4;
  const positions = outHeight * outWidth;
  const parts = views(node, context).map((part) => context.reshape(part, [batch, into, positions]));
  const stacked = parts.length === 1 ? parts[0]! : context.op('Concat', parts, { axis: 1 });
  const gradient = context.reshape(context.operand(dy, channelsFirst), [batch, out, positions]);
  const total = products(gradient, stacked, [batch, out, parts.length * into], context);
  return {
    name: context.reshape(total, [out, kernelHeight, kernelWidth, into]),
    layout: { order: [3, 0, 1, 2], block: 0 },
    dims: node.shape,
  };
}

/** [batch, rows, positions] times [batch, columns, positions] = `dims`, and the sum of that over the batch. */
function products(a: string, b: string, dims: readonly number[], context: Context): string {
  const each = context.product('MatMul', [a, context.op('Transpose', [b], { perm: [0, 2, 1] })], {}, dims);
  return context.op('ReduceSum', [each, context.graph.integers([0])], { keepdims: 0 });
}

/**
 * At stride 1 and equal sizes, place (i, j) of the filter pairs dy with x moved by i rows and j columns, or
 * dy moved back by i rows with x moved by j columns. So one product of every row-shifted dy with every
 * column-shifted x gives all places: kernelHeight + kernelWidth copies instead of their product.
 */
function byShifts(node: Node, context: Context): Laid {
  const [x, dy] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, into, out] = node.shape as Shape4;
  const [batch, height, width] = x.shape as Shape4;
  const [top, left] = geometry(node).pads;
  const positions = height * width;
  const rows = Array.from({ length: kernelHeight }, (_, i) => (i - top) * width);
  const image = context.operand(x, channelsFirst);
  const columns = Array.from({ length: kernelWidth }, (_, j) => {
    const by = left - j;
    const moved = by === 0 ? image : shifted(image, [0, 0, 0, by], context);
    return context.reshape(moved, [batch, into, positions]);
  });
  const gradient = context.reshape(context.operand(dy, channelsFirst), [batch, out, positions]);
  const moved = rows.map((by) => (by === 0 ? gradient : shifted(gradient, [0, 0, by], context)));
  const stack = (parts: string[]): string =>
    parts.length === 1 ? parts[0]! : context.op('Concat', parts, { axis: 1 });
  const dims = [batch, kernelHeight * out, kernelWidth * into];
  const total = products(stack(moved), stack(columns), dims, context);
  return {
    name: context.reshape(total, [kernelHeight, out, kernelWidth, into]),
    layout: { order: [0, 3, 1, 2], block: 0 },
    dims: node.shape,
  };
}

/** Moves elements along axes, by as many places as `by` says, towards the end; zeros take their place. */
function shifted(name: string, by: readonly number[], context: Context): string {
  return context.op('Pad', [name, context.graph.integers([...by, ...by.map((count) => -count)])]);
}

import type { Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { channelsFirst, filterLayout, swappedFilterLayout, type Laid } from './layout.ts';

export interface Geometry {
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

export function geometry(node: Node): Geometry {
  return node.attributes as unknown as Geometry;
}

function image(name: string, node: Node): Laid {
  return { name, layout: channelsFirst, dims: node.shape };
}

export const forward: Lowering = (node, context) => {
  const [x, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const inputs = [context.whole(x, channelsFirst), context.whole(filter, filterLayout)];
  return image(context.op('Conv', inputs, { strides, pads, dilations }), node);
};

/** A filter turned by 180 degrees. */
function turned(filter: string, context: Context): string {
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

/** At stride 1 a convolution with the turned filter, its channels exchanged; else the transposed one. */
export const inputGradient: Lowering = (node, context) => {
  const [dy, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const [kernelHeight, kernelWidth] = filter.shape as [number, number];
  const gradient = context.whole(dy, channelsFirst);
  const reach = [dilations[0] * (kernelHeight - 1), dilations[1] * (kernelWidth - 1)] as const;
  if (strides[0] === 1 && strides[1] === 1) {
    const opposite = pads.map((pad, i) => reach[i % 2]! - pad);
    const inputs = [gradient, turned(context.whole(filter, swappedFilterLayout), context)];
    return image(context.op('Conv', inputs, { pads: opposite, dilations }), node);
  }
  // Rows and columns at the end that no window reached.
  const rest = [0, 1].map(
    (i) =>
      node.shape[i + 1]! - ((dy.shape[i + 1]! - 1) * strides[i]! + reach[i]! + 1 - pads[i]! - pads[i + 2]!),
  );
  const attributes = { strides, pads, dilations, output_padding: rest };
  const inputs = [gradient, context.whole(filter, filterLayout)];
  return image(context.op('ConvTranspose', inputs, attributes), node);
};

/**
 * For each place in the filter, the part of x under it as [batch, in, positions]; all of them stacked and
 * multiplied with dy, [batch, out, positions], over the positions, then summed over the batch.
 */
export const filterGradient: Lowering = (node, context) => {
  const [x, dy] = node.inputs as [Node, Node];
  const { graph } = context;
  const { strides, pads, dilations } = geometry(node);
  const [kernelHeight, kernelWidth, into, out] = node.shape as [number, number, number, number];
  const [batch, outHeight, outWidth] = dy.shape as [number, number, number];
  const positions = outHeight * outWidth;
  const [top, left, bottom, right] = pads;
  const whole = context.whole(x, channelsFirst);
  const padded = pads.every((pad) => pad === 0)
    ? whole
    : context.op('Pad', [whole, graph.integers([0, 0, top, left, 0, 0, bottom, right])]);
  const parts: string[] = [];
  for (let i = 0; i < kernelHeight; i++)
    for (let j = 0; j < kernelWidth; j++) {
      const start = [i * dilations[0], j * dilations[1]] as const;
      const part = context.op('Slice', [
        padded,
        graph.integers(start),
        graph.integers([
          start[0] + (outHeight - 1) * strides[0] + 1,
          start[1] + (outWidth - 1) * strides[1] + 1,
        ]),
        graph.integers([2, 3]),
        graph.integers(strides),
      ]);
      parts.push(context.reshape(part, [batch, into, positions]));
    }
  const stacked = parts.length === 1 ? parts[0]! : context.op('Concat', parts, { axis: 1 });
  const turnedStack = context.op('Transpose', [stacked], { perm: [0, 2, 1] });
  const gradient = context.reshape(context.whole(dy, channelsFirst), [batch, out, positions]);
  const products = context.op('MatMul', [gradient, turnedStack]);
  const total = context.op('ReduceSum', [products, graph.integers([0])], { keepdims: 0 });
  return {
    name: context.reshape(total, [out, kernelHeight, kernelWidth, into]),
    layout: { order: [3, 0, 1, 2], block: 0 },
    dims: node.shape,
  };
};

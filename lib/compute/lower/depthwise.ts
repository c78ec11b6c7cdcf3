import type { Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import { geometry, product, turned, unreached, views, type Shape4 } from './convolution.ts';
import type { Lowering } from './elementwise.ts';
import { channelsFirst, natural, swappedFilterLayout } from './layout.ts';

/* Convolutions of each channel by itself, with filters [height, width, channels, multiplier]. */

/** As [channels · multiplier, 1, height, width]. */
function wholeFilter(filter: Node, context: Context): string {
  const [height, width, channels, multiplier] = filter.shape as Shape4;
  const name = context.operand(filter, swappedFilterLayout);
  return context.reshape(name, [channels * multiplier, 1, height, width]);
}

export const forward: Lowering = (node, context) => {
  const [x, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const inputs = [context.operand(x, channelsFirst), wholeFilter(filter, context)];
  return product('Conv', inputs, { strides, pads, dilations, group: filter.shape[2]! }, node, context);
};

export const inputGradient: Lowering = (node, context) => {
  const [dy, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const [kernelHeight, kernelWidth, group] = filter.shape as Shape4;
  const gradient = context.operand(dy, channelsFirst);
  if (strides[0] === 1 && strides[1] === 1) {
    const reach = [dilations[0] * (kernelHeight - 1), dilations[1] * (kernelWidth - 1)] as const;
    const opposite = pads.map((pad, i) => reach[i % 2]! - pad);
    // Each group's channels give one: [channels, multiplier, height, width].
    const inputs = [gradient, turned(context.operand(filter, swappedFilterLayout), context)];
    return product('Conv', inputs, { pads: opposite, dilations, group }, node, context);
  }
  const attributes = { strides, pads, dilations, output_padding: unreached(node), group };
  return product('ConvTranspose', [gradient, wholeFilter(filter, context)], attributes, node, context);
};

/** For each place in the filter, the part of x under it times dy, summed over batch and positions. */
export const filterGradient: Lowering = (node, context) => {
  const [, dy] = node.inputs as [Node, Node];
  const { graph } = context;
  const [, , channels, multiplier] = node.shape as Shape4;
  const [batch, outHeight, outWidth] = dy.shape as Shape4;
  const size = [batch, channels, multiplier, outHeight, outWidth];
  const gradient = context.reshape(context.operand(dy, channelsFirst), size);
  const parts = views(node, context).map((part) => {
    const one = context.reshape(part, [batch, channels, 1, outHeight, outWidth]);
    const all = context.product('Mul', [gradient, one], {}, size);
    const sum = context.op('ReduceSum', [all, graph.integers([0, 3, 4])], { keepdims: 0 });
    return context.reshape(sum, [1, channels, multiplier]);
  });
  const whole = parts.length === 1 ? parts[0]! : context.op('Concat', parts, { axis: 0 });
  return { name: context.reshape(whole, node.shape), layout: natural(4), dims: node.shape };
};

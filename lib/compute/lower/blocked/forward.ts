import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { blocked, fillBlocks, imagesAcross, imagesPerBlock, type Laid } from '../layout.ts';
import { type Epilogue, forImages, withEpilogue } from './epilogue.ts';
import { depthwiseInBlocks, filterInBlocks, wholeFilter } from './filters.ts';
import { blockInnermost } from './movements.ts';
import { image, imageAcross, together, type Shape4 } from './images.ts';
import { winograd, winogradPays } from './winograd.ts';

interface ForwardPlan {
  /** Images taken together. */
  readonly images: number;
  /** The image read has fewer channels than a block, even so, and stays as it is. */
  readonly narrow: boolean;
}

/** How a blocked convolution is done, given whether what it reads lies in blocks; null where it cannot be. */
export function forwardPlan(
  { kernel, shape, inputs }: Node,
  block: number,
  inBlocks: boolean,
): ForwardPlan | null {
  if (kernel === 'DepthwiseConv2dNative') return depthwisePlan(shape, inputs[1]!, block);
  if (kernel !== 'Conv2D') return null;
  const [into, out] = inputs[1]!.shape.slice(2) as [number, number];
  const [from, to] = [into, out].map((channels) => imagesPerBlock(block, shape[0]!, channels)) as [
    number,
    number,
  ];
  if ((out * to) % block !== 0) return null;
  if (into * to < block && !(inBlocks && from > 1)) return { images: to, narrow: true };
  // Either end by itself, then both together.
  if (!fillBlocks(block, shape[0]!, into)) return null;
  const images = Math.max(from, to);
  return (into * images) % block === 0 ? { images, narrow: false } : null;
}

/** Channels in blocks, each by itself. */
function depthwisePlan(shape: readonly number[], filter: Node, block: number): ForwardPlan | null {
  const [channels, multiplier] = filter.shape.slice(2) as [number, number];
  const images = imagesPerBlock(block, shape[0]!, channels);
  return multiplier === 1 && (channels * images) % block === 0 ? { images, narrow: false } : null;
}

/** A filter as the operator takes it: its dimensions, and its values in blocks. */
function reorderedFilter(
  node: Node,
  { images, narrow }: ForwardPlan,
  scale: string | undefined,
  block: number,
  context: Context,
): string {
  const filter = node.inputs[1]!;
  const shape = filter.shape as Shape4;
  const [height, width, into, out] = [shape[0], shape[1], shape[2] * images, shape[3] * images];
  const scaling = scale === undefined ? null : { name: scale, of: 'out' as const };
  if (node.kernel === 'DepthwiseConv2dNative') {
    const each = depthwiseInBlocks(filter, scaling, images, block, context);
    return context.reshape(each, [into, 1, height, width]);
  }
  // With fewer channels than a block, the image stays as it is: [out / block, in, places, block].
  const inBlocks = narrow
    ? blockInnermost(
        wholeFilter(filter, scaling, images, context),
        [out / block, into * height * width],
        block,
        context.graph,
      )
    : filterInBlocks(filter, scaling, images, block, context);
  return context.reshape(inBlocks, [out, into, height, width]);
}

export function convolveForward(node: Node, context: Context, block: number, epilogue: Epilogue): Laid {
  const [x, filter] = node.inputs as [Node, Node];
  const { strides, pads, dilations } = geometry(node);
  const plan = forwardPlan(node, block, context.value(x).layout.block > 0)!;
  const { images, narrow } = plan;
  const [height, width, channels] = filter.shape as Shape4;
  const reordered = reorderedFilter(node, plan, epilogue.scale, block, context);
  if (node.kernel === 'Conv2D' && winogradPays(node, x, context)) {
    const sizes = { size: x.shape as Shape4, out: filter.shape[3]!, block };
    const after = forImages(node, context, 1, block, epilogue);
    const name = winograd(together(x, context, block, 1), reordered, sizes, after, context);
    return image(name, node, context, block, 1);
  }
  const groups = node.kernel === 'DepthwiseConv2dNative' ? { group: channels * images } : {};
  const kernel = { strides, dilations, kernel_shape: [height, width], ...groups };
  const beside = imagesAcross(block, node.shape as Shape4);
  if (strides[1] === 1 && beside > 1 && beside === imagesAcross(block, x.shape as Shape4)) {
    const inputs = [imageAcross(x, [pads[1], pads[3]], context, block), reordered];
    const attributes = {
      ...kernel,
      dilations: [dilations[0], dilations[1] * beside],
      pads: [pads[0], 0, pads[2], 0],
    };
    const name = context.blockedOp('Conv', ...withEpilogue(inputs, attributes, epilogue));
    return { name, layout: blocked(block), dims: node.shape };
  }
  const input = together(x, context, narrow ? 0 : block, images);
  const whole = forImages(node, context, images, block, epilogue);
  const name = context.blockedOp('Conv', ...withEpilogue([input, reordered], { ...kernel, pads }, whole));
  return image(name, node, context, block, images);
}

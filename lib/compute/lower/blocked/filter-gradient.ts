import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { blocked, blockedFilter, fillBlocks, filterLayout, imagesAcross, imagesPerBlock } from '../layout.ts';
import { blockInnermost, blockOutwards, exchanged, outerExchanged, outOfFilterBlocks } from './movements.ts';
import { besideZeros, diagonal, imageAcross, together, type BlockedLowering, type Shape4 } from './images.ts';

/**
 * One convolution whose image is x with batch and channels exchanged, [in, batch, height, width], and whose
 * filter is dy, [out, batch, outHeight, outWidth]; its places are those of the filter wanted. They are few, so
 * the channels of a block of x lie side by side in each place, as they do when a block of images has become
 * the innermost, and the filter is dilated to match: what is loaded of dy serves as many places more. Zeros
 * beside the image are written out: the operator is slow at windows that hang over its sides.
 */
export const filterGradient: BlockedLowering = (node, context, block) => {
  const [x, dy] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, oneInto, oneOut] = node.shape as Shape4;
  const [, height, width] = x.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const images = imagesPerBlock(block, x.shape[0]!, oneOut);
  const [batch, into, out] = [x.shape[0]! / images, oneInto * images, oneOut * images];
  if (out % block !== 0 || batch % block !== 0 || dilations.some((step) => step !== 1)) return null;
  const inner = into % block === 0 && fillBlocks(block, x.shape[0]!, oneInto) ? block : 1;
  const rows = span(kernelHeight, outHeight, strides[0], pads[0], height);
  const columns = span(kernelWidth, outWidth, strides[1], pads[1], width);

  const sides = [pads[1], columns.after] as const;
  const input =
    images === 1 && imagesAcross(block, x.shape as Shape4) === block
      ? exchangedAcross(x, sides, context, block)
      : exchangedImage(x, sides, context, block, images, inner);
  const step = kernelHeight === 1 ? rows.places : 1;
  const result = context.blockedOp('Conv', [input, exchangedFilter(dy, context, block, images)], {
    strides: [step, 1],
    dilations: [strides[0], strides[1] * inner],
    pads: [pads[0], 0, rows.after, 0],
    kernel_shape: [outHeight, outWidth],
  });

  const lines = Math.ceil(rows.places / step);
  const places = kernelHeight * kernelWidth;
  const all = context.reshape(result, [(into / inner) * (out / block), lines, columns.places, inner * block]);
  const taken =
    lines === kernelHeight && columns.places === kernelWidth
      ? all
      : context.op('Slice', [
          all,
          context.graph.integers([0, 0]),
          context.graph.integers([kernelHeight, kernelWidth]),
          context.graph.integers([1, 2]),
        ]);
  // [out / block, in / inner, places, inner, block]
  const run = places * inner * block;
  const gradient = outerExchanged(taken, [into / inner, out / block, run], context.graph);
  const size = [oneOut, oneInto, kernelHeight, kernelWidth] as const;
  if (inner === block && images === 1)
    return { name: context.reshape(gradient, size), layout: blockedFilter(block), dims: node.shape };
  const whole =
    inner === block
      ? outOfFilterBlocks(gradient, [out, into, kernelHeight, kernelWidth], block, context.graph)
      : blockOutwards(gradient, [out / block, into * places], block, context.graph);
  const name = context.reshape(ownSum(whole, [oneOut, oneInto, places], images, context), size);
  return { name, layout: filterLayout, dims: node.shape };
};

/**
 * Zeros after the image that dy's last row needs to meet the filter's last, and how many places of a filter
 * all that gives: more than it has where the image goes on beyond that.
 */
export function span(
  kernel: number,
  outputs: number,
  stride: number,
  before: number,
  size: number,
): { after: number; places: number } {
  const reach = (outputs - 1) * stride;
  const after = Math.max(0, reach + kernel - before - size);
  return { after, places: before + size + after - reach };
}

/**
 * An image with batch and channels exchanged, in blocks of the batch and with `inner` channels side by side in
 * each place, [channels / inner, batch / block, height, width, inner, block], and columns of zeros beside it.
 */
function exchangedImage(
  node: Node,
  [before, after]: readonly [number, number],
  context: Context,
  block: number,
  images: number,
  inner: number,
): string {
  const [, height, width, oneChannels] = node.shape as Shape4;
  const [groups, channels] = [node.shape[0]! / images / block, oneChannels * images];
  const whole = together(node, context, inner === 1 ? 0 : block, images);
  // The batch innermost, whatever the order of the rest.
  const inBlocks = blockInnermost(whole, [groups, channels * height * width], block, context.graph);
  const run = height * width * inner * block;
  const outer = outerExchanged(inBlocks, [groups, channels / inner, run], context.graph);
  const dims = [channels / inner, groups * block, height, width * inner] as const;
  return besideZeros(outer, dims, [before * inner, after * inner], context);
}

/** The same from a block of images side by side, with the zeros that they get for other convolutions. */
function exchangedAcross(
  node: Node,
  sides: readonly [number, number],
  context: Context,
  block: number,
): string {
  const [batch, height, imageWidth, channels] = node.shape as Shape4;
  const [groups, blocks, width] = [batch / block, channels / block, imageWidth + sides[0] + sides[1]];
  const padded = imageAcross(node, sides, context, block);
  const squares = groups * blocks * height * width;
  const inBlocks = blockInnermost(padded, [squares, block], block, context.graph);
  const outer = outerExchanged(inBlocks, [groups, blocks, height * width * block ** 2], context.graph);
  return context.reshape(outer, [blocks, batch, height, width * block]);
}

/** The gradient of an image as a filter, [out / block, batch / block, height, width, block (batch), block (out)]. */
function exchangedFilter(node: Node, context: Context, block: number, images: number): string {
  const [, height, width, oneChannels] = node.shape as Shape4;
  const [groups, channels] = [node.shape[0]! / images / block, oneChannels * images];
  const places = (channels / block) * height * width;
  const beside = images === 1 && imagesAcross(block, node.shape as Shape4) === block;
  const inBlocks = beside
    ? context.whole(node, blocked(block))
    : exchanged(together(node, context, block, images), [groups, block, places], block, context.graph);
  const filter = outerExchanged(
    inBlocks,
    [groups, channels / block, height * width * block ** 2],
    context.graph,
  );
  return context.reshape(filter, [channels, groups * block, height, width]);
}

/** Of what several images' channels give with one another's, the sum of what each gives with its own. */
function ownSum(
  name: string,
  [out, into, places]: readonly [number, number, number],
  images: number,
  context: Context,
): string {
  if (images === 1) return name;
  const pairs = context.reshape(name, [images, out, images, into, places]);
  const own = context.op('Mul', [pairs, diagonal(images, context)]);
  return context.op('ReduceSum', [own, context.graph.integers([0, 2])], { keepdims: 0 });
}

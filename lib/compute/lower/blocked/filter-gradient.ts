import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { blockedFilter, filterLayout, imagesPerBlock } from '../layout.ts';
import { blockInnermost, blockOutwards, exchanged, outerExchanged, outOfFilterBlocks } from './movements.ts';
import { diagonal, together, type BlockedLowering, type Shape4 } from './images.ts';

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
  const inner = into % block === 0 ? block : 1;
  const rows = span(kernelHeight, outHeight, strides[0], pads[0], height);
  const columns = span(kernelWidth, outWidth, strides[1], pads[1], width);

  const exchanged = exchangedImage(x, context, block, images, inner);
  const image = [into / inner, batch, height, width * inner] as const;
  const input = besideZeros(exchanged, image, [pads[1] * inner, columns.after * inner], context);
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
function span(
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
 * each place: [channels / inner, batch / block, height, width, inner, block].
 */
function exchangedImage(node: Node, context: Context, block: number, images: number, inner: number): string {
  const [, height, width, oneChannels] = node.shape as Shape4;
  const [groups, channels] = [node.shape[0]! / images / block, oneChannels * images];
  const whole = together(node, context, inner === 1 ? 0 : block, images);
  // The batch innermost, whatever the order of the rest.
  const inBlocks = blockInnermost(whole, [groups, channels * height * width], block, context.graph);
  return outerExchanged(inBlocks, [groups, channels / inner, height * width * inner * block], context.graph);
}

/** The gradient of an image as a filter, [out / block, batch / block, height, width, block (batch), block (out)]. */
function exchangedFilter(node: Node, context: Context, block: number, images: number): string {
  const [, height, width, oneChannels] = node.shape as Shape4;
  const [groups, channels] = [node.shape[0]! / images / block, oneChannels * images];
  const places = (channels / block) * height * width;
  const whole = together(node, context, block, images);
  const inBlocks = exchanged(whole, [groups, block, places], block, context.graph);
  const filter = outerExchanged(
    inBlocks,
    [groups, channels / block, height * width * block ** 2],
    context.graph,
  );
  return context.reshape(filter, [channels, groups * block, height, width]);
}

/** Zeros before and after the rows of an image in blocks: a convolution with 1, which all threads share. */
function besideZeros(
  name: string,
  dims: Readonly<Shape4>,
  [before, after]: readonly [number, number],
  context: Context,
): string {
  const image = context.reshape(name, dims);
  if (before === 0 && after === 0) return image;
  const channels = dims[1];
  const ones = context.graph.tensor(new Float32Array(channels).fill(1), [channels, 1, 1, 1]);
  return context.blockedOp('Conv', [image, ones], {
    group: channels,
    kernel_shape: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, before, 0, after],
  });
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

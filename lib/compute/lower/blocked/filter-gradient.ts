import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { filterLayout, imagesPerBlock } from '../layout.ts';
import { diagonal, together, type BlockedLowering, type Shape4 } from './images.ts';

/**
 * One convolution whose image is x with batch and channels exchanged, [in, batch, height, width], and whose
 * filter is dy, [out, batch, outHeight, outWidth]; its places are those of the filter wanted. They are few, so
 * two channels of x are woven into one image, column by column, and the filter dilated to match: what is loaded
 * of dy then serves twice as many places. Zeros beside the image are written out: the operator is slow at
 * windows that hang over its sides.
 */
export const filterGradient: BlockedLowering = (node, context, block) => {
  const [x, dy] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, oneInto, oneOut] = node.shape as Shape4;
  const [, height, width] = x.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const images = imagesPerBlock(block, x.shape[0]!, oneOut);
  const [batch, into, out] = [x.shape[0]! / images, oneInto * images, oneOut * images];
  if (out % block !== 0 || batch % block !== 0) return null;
  const [top, left] = pads;
  // What the filter reaches of the padded image; at stride 2 that can be less than all of it.
  const reach = [
    (kernelHeight - 1) * dilations[0] + (outHeight - 1) * strides[0] + 1,
    (kernelWidth - 1) * dilations[1] + (outWidth - 1) * strides[1] + 1,
  ] as const;

  const groups = batch / block;
  const woven = dilations[1] === 1 && into % block === 0 ? 2 : 1;
  const column = woven * block;
  const rows = context.reshape(exchanged(x, context, block, images, woven), [
    (into / woven) * groups * height,
    width * column,
  ]);
  const [below, right] = [reach[0] - top - height, reach[1] - left - width];
  const padded =
    left === 0 && right === 0
      ? rows
      : context.op('Pad', [rows, context.graph.integers([0, left * column, 0, right * column])]);
  const cut =
    below >= 0
      ? padded
      : context.op('Slice', [
          context.reshape(padded, [(into / woven) * groups, height, reach[1] * column]),
          context.graph.integers([0]),
          context.graph.integers([height + below]),
          context.graph.integers([1]),
        ]);
  const seen = Math.min(height, height + below);
  const input = context.reshape(cut, [into / woven, batch, seen, reach[1] * woven]);

  const gradient = context.reshape(together(dy, context, block, images), [
    groups,
    block,
    out / block,
    outHeight,
    outWidth,
    block,
  ]);
  const filter = context.reshape(context.op('Transpose', [gradient], { perm: [2, 0, 3, 4, 1, 5] }), [
    out,
    batch,
    outHeight,
    outWidth,
  ]);
  const result = context.blockedOp('Conv', [input, filter], {
    strides: dilations,
    dilations: [strides[0], strides[1] * woven],
    pads: [top, 0, Math.max(0, below), 0],
    kernel_shape: [outHeight, outWidth],
  });
  const places = kernelHeight * kernelWidth;
  const separate = context.reshape(result, [into / woven, out / block, places, woven, block]);
  const all = context.op('Transpose', [separate], { perm: [1, 4, 0, 3, 2] });
  return {
    name: context.reshape(ownSum(all, [oneOut, oneInto, places], images, context), [
      oneOut,
      oneInto,
      kernelHeight,
      kernelWidth,
    ]),
    layout: filterLayout,
    dims: node.shape,
  };
};

/**
 * An image with batch and channels exchanged, in blocks of the batch and with `woven` channels side by side in
 * each place: [channels / woven, batch / block, height, width, woven, block].
 */
function exchanged(node: Node, context: Context, block: number, images: number, woven: number): string {
  const [, height, width, oneChannels] = node.shape as Shape4;
  const [batch, channels] = [node.shape[0]! / images, oneChannels * images];
  const [groups, places, inner] = [batch / block, height * width, channels % block === 0 ? block : 1];
  const whole = together(node, context, inner === 1 ? 0 : block, images);
  // The batch innermost, whatever the order of the rest.
  const planes = context.reshape(whole, [groups, block, channels * height, width]);
  const inBlocks = context.blockedOp('ReorderInput', [planes], { channels_last: 0 });
  const [outer, column] = [channels / inner, woven * block];
  const split = context.reshape(inBlocks, [groups, outer, places, inner / woven, column]);
  return context.op('Transpose', [split], { perm: [1, 3, 0, 2, 4] });
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

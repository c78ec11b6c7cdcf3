import type { Node } from '../../trace/graph.ts';
import { geometry } from '../convolution.ts';
import { imagesPerBlock, natural } from '../layout.ts';
import { span } from './filter-gradient.ts';
import { together, type BlockedLowering, type Shape4 } from './images.ts';
import { outerExchanged } from './movements.ts';

/**
 * The gradient of a filter that takes each channel by itself: each channel of each image of dy is a filter for
 * the same of x, as large as dy and with one place for each of the filter wanted; then a sum over images.
 */
export const depthwiseFilterGradient: BlockedLowering = (node, context, block) => {
  const [x, dy] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, channels, multiplier] = node.shape as Shape4;
  const [batch, height, width] = x.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const images = imagesPerBlock(block, batch, channels);
  const all = channels * images;
  if (multiplier !== 1 || all % block !== 0 || dilations.some((step) => step !== 1)) return null;
  const rows = span(kernelHeight, outHeight, strides[0], pads[0], height);
  const columns = span(kernelWidth, outWidth, strides[1], pads[1], width);
  const planes = batch * channels;
  const operands = [
    context.reshape(together(x, context, block, images), [1, planes, height, width]),
    context.reshape(together(dy, context, block, images), [planes, 1, outHeight, outWidth]),
  ];
  const each = context.blockedOp('Conv', operands, {
    group: planes,
    kernel_shape: [outHeight, outWidth],
    strides: [1, 1],
    dilations: strides,
    pads: [pads[0], pads[1], rows.after, columns.after],
  });
  const { graph } = context;
  const size = [batch / images, all / block, rows.places, columns.places, block];
  const summed = context.op('ReduceSum', [context.reshape(each, size), graph.integers([0])], { keepdims: 0 });
  const taken = context.op('Slice', [
    summed,
    graph.integers([0, 0]),
    graph.integers([kernelHeight, kernelWidth]),
    graph.integers([1, 2]),
  ]);
  const places = kernelHeight * kernelWidth;
  const byPlace = outerExchanged(taken, [all / block, places, block], graph);
  const name =
    images === 1
      ? byPlace
      : context.op('ReduceSum', [context.reshape(byPlace, [places, images, channels]), graph.integers([1])], {
          keepdims: 0,
        });
  return { name: context.reshape(name, node.shape), layout: natural(4), dims: node.shape };
};

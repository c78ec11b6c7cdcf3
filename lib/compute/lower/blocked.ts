import type { Node } from '../trace/graph.ts';
import type { KernelName } from '../trace/kernels.ts';
import type { Attributes, Context } from './context.ts';
import { geometry } from './convolution.ts';
import type { Lowering } from './elementwise.ts';
import { blocked, channelsFirst, filterLayout, imagesPerBlock, physical, type Laid } from './layout.ts';

/*
 * Lowerings to ONNX Runtime's own blocked operators (NCHWc), which it uses inside for nets with constant
 * filters; here with filters that change on every step. Each gives null where it does not apply.
 */

export type BlockedLowering = (node: Node, context: Context, block: number) => Laid | null;

type Shape4 = [number, number, number, number];

/** What an operator gave, of whatever number of images taken together, as the node's image. */
function image(name: string, node: Node, context: Context, block: number, images: number): Laid {
  const layout = blocked(block);
  const same = images === imagesPerBlock(block, node.shape[0]!, node.shape[3]!);
  const whole = same ? name : context.reshape(name, physical(layout, node.shape));
  return { name: whole, layout, dims: node.shape };
}

/** An image as [batch / images, channels · images, height, width], in blocks or with whole channels. */
function together(node: Node, context: Context, block: number, images: number): string {
  const [batch, height, width, channels] = node.shape as Shape4;
  const name = context.whole(node, block > 0 ? blocked(block) : channelsFirst);
  if (images === imagesPerBlock(block, batch, channels)) return name;
  return context.reshape(name, [batch / images, channels * images, height, width]);
}

/** Ones where an image meets itself, [images, 1, images, 1, 1]. */
function diagonal(images: number, context: Context): string {
  const values = Float32Array.from({ length: images ** 2 }, (_, i) => Number(i % (images + 1) === 0));
  return context.graph.tensor(values, [images, 1, images, 1, 1]);
}

/**
 * A filter, [out, in, height, width], for several images at once: the channels of an image meet its own, and
 * zeros for those of the others.
 */
function repeatedFilter(
  name: string,
  [out, into, ...places]: Shape4,
  images: number,
  context: Context,
): string {
  if (images === 1) return name;
  const [height, width] = places;
  const one = context.reshape(name, [1, out, 1, into, height * width]);
  const all = context.op('Mul', [one, diagonal(images, context)]);
  return context.reshape(all, [out * images, into * images, height, width]);
}

/** One number per channel, for several images at once. */
export function repeatedVector(name: string, images: number, context: Context): string {
  return images === 1 ? name : context.op('Concat', new Array<string>(images).fill(name), { axis: 0 });
}

/** What a blocked convolution can do to its result in the same pass, in this order. */
export interface Epilogue {
  /** One number per output channel each, by name. */
  readonly scale?: string;
  readonly shift?: string;
  /** A blocked image to add. */
  readonly other?: string;
  readonly relu?: boolean;
}

/** Inputs and attributes of a blocked convolution that ask for its epilogue, the scale left out. */
export function withEpilogue(
  inputs: readonly string[],
  attributes: Attributes,
  { shift, other, relu }: Epilogue,
): [string[], Attributes] {
  const more = other === undefined ? (shift === undefined ? [] : [shift]) : [shift ?? '', other];
  return [[...inputs, ...more], relu === true ? { ...attributes, activation: 'Relu' } : attributes];
}

interface Plan {
  /** Images taken together. */
  readonly images: number;
  /** The image read has fewer channels than a block, even so, and stays as it is. */
  readonly narrow: boolean;
}

/** How a blocked convolution is done, given whether what it reads lies in blocks; null where it cannot be. */
function plan({ kernel, shape, inputs }: Node, block: number, inBlocks: boolean): Plan | null {
  if (kernel !== 'Conv2D') return null;
  const [into, out] = inputs[1]!.shape.slice(2) as [number, number];
  const [from, to] = [into, out].map((channels) => imagesPerBlock(block, shape[0]!, channels)) as [
    number,
    number,
  ];
  if ((out * to) % block !== 0) return null;
  if (into * to < block && !(inBlocks && from > 1)) return { images: to, narrow: true };
  const images = Math.max(from, to);
  return (into * images) % block === 0 ? { images, narrow: false } : null;
}

export function convolvesBlocked(node: Node, block: number): boolean {
  return plan(node, block, false) !== null;
}

export function convolve(node: Node, context: Context, block: number, epilogue: Epilogue): Laid {
  const [x, filter] = node.inputs as [Node, Node];
  const shape = filter.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const { images, narrow } = plan(node, block, context.value(x).layout.block > 0)!;
  const [height, width, into, out] = [shape[0], shape[1], shape[2] * images, shape[3] * images];
  const plain = context.whole(filter, filterLayout);
  const scaled =
    epilogue.scale === undefined
      ? plain
      : context.op('Mul', [plain, context.reshape(epilogue.scale, [shape[3], 1, 1, 1])]);
  const weights = repeatedFilter(scaled, [shape[3], shape[2], height, width], images, context);
  const places = height * width;
  // With fewer channels than a block, the image stays as it is: [out / B, in, places, B].
  const split = narrow
    ? context.reshape(weights, [out / block, block, into, places])
    : context.reshape(weights, [out / block, block, into / block, block, places]);
  const perm = narrow ? [0, 2, 3, 1] : [0, 2, 4, 3, 1];
  const reordered = context.reshape(context.op('Transpose', [split], { perm }), [out, into, height, width]);
  const input = together(x, context, narrow ? 0 : block, images);
  const attributes = { strides, pads, dilations, kernel_shape: [height, width] };
  const [batch, outHeight, outWidth] = node.shape as Shape4;
  const { shift, other, relu = false } = epilogue;
  const whole = {
    ...(shift === undefined ? {} : { shift: repeatedVector(shift, images, context) }),
    ...(other === undefined
      ? {}
      : { other: context.reshape(other, [batch / images, out, outHeight, outWidth]) }),
    relu,
  };
  const name = context.blockedOp('Conv', ...withEpilogue([input, reordered], attributes, whole));
  return image(name, node, context, block, images);
}

const forward: BlockedLowering = (node, context, block) =>
  convolvesBlocked(node, block) ? convolve(node, context, block, {}) : null;

/** At stride 1: a convolution with the turned filter, its channels exchanged. */
const inputGradient: BlockedLowering = (node, context, block) => {
  const [dy, filter] = node.inputs as [Node, Node];
  const shape = filter.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const batch = node.shape[0]!;
  const images = Math.max(imagesPerBlock(block, batch, shape[2]), imagesPerBlock(block, batch, shape[3]));
  const [height, width, into, out] = [shape[0], shape[1], shape[2] * images, shape[3] * images];
  if (out % block !== 0 || into % block !== 0 || strides.some((stride) => stride !== 1)) return null;
  const places = height * width;
  const plain = context.whole(filter, filterLayout);
  const weights = repeatedFilter(plain, [shape[3], shape[2], height, width], images, context);
  const split = context.reshape(weights, [out / block, block, into / block, block, places]);
  const swapped = context.op('Transpose', [split], { perm: [2, 0, 4, 1, 3] });
  const backwards = Array.from({ length: places }, (_, i) => places - 1 - i);
  const turned =
    places === 1 ? swapped : context.op('Gather', [swapped, context.graph.integers(backwards)], { axis: 2 });
  const reach = [dilations[0] * (height - 1), dilations[1] * (width - 1)];
  const attributes = {
    strides,
    dilations,
    pads: pads.map((pad, i) => reach[i % 2]! - pad),
    kernel_shape: [height, width],
  };
  const inputs = [together(dy, context, block, images), context.reshape(turned, [into, out, height, width])];
  return image(context.blockedOp('Conv', inputs, attributes), node, context, block, images);
};

/**
 * One convolution whose image is x with batch and channels exchanged, [in, batch, height, width], and whose
 * filter is dy, [out, batch, outHeight, outWidth]; its places are those of the filter wanted. Zeros beside
 * the image are written out: the operator is slow at windows that hang over its sides.
 */
const filterGradient: BlockedLowering = (node, context, block) => {
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
  // Moving whole planes, then making blocks, beats one general transposition by far.
  const planes = context.op('Transpose', [together(x, context, 0, images)], { perm: [1, 0, 2, 3] });
  const inBlocks = context.blockedOp('ReorderInput', [planes], { channels_last: 0 });
  const rows = context.reshape(inBlocks, [into * groups * height, width * block]);
  const [below, right] = [reach[0] - top - height, reach[1] - left - width];
  const padded =
    left === 0 && right === 0
      ? rows
      : context.op('Pad', [rows, context.graph.integers([0, left * block, 0, right * block])]);
  const cut =
    below >= 0
      ? padded
      : context.op('Slice', [
          context.reshape(padded, [into * groups, height, reach[1] * block]),
          context.graph.integers([0]),
          context.graph.integers([height + below]),
          context.graph.integers([1]),
        ]);
  const input = context.reshape(cut, [into, batch, Math.min(height, height + below), reach[1]]);

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
    dilations: strides,
    pads: [top, 0, Math.max(0, below), 0],
    kernel_shape: [outHeight, outWidth],
  });
  const places = kernelHeight * kernelWidth;
  const separate = context.reshape(result, [into, out / block, places, block]);
  const all = context.op('Transpose', [separate], { perm: [1, 3, 0, 2] });
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

/** Sums and means over height and width, with or without the batch. */
function reduction(mean: boolean): BlockedLowering {
  return (node, context, block) => {
    const [x] = node.inputs as [Node];
    const axes = (node.attributes.axes as readonly number[]).join();
    const laid = context.value(x);
    if (laid.layout.block !== block || (axes !== '0,1,2' && axes !== '1,2')) return null;
    const [batch, height, width, channels] = x.shape as Shape4;
    const { graph } = context;
    // [batch, channels, 1, 1]: a single place, so blocks and channels lie in their own order again.
    let name = context.blockedOp('GlobalAveragePool', [laid.name]);
    name = context.reshape(name, [batch, channels]);
    if (axes === '0,1,2') name = context.op('ReduceSum', [name, graph.integers([0])], { keepdims: 0 });
    const count = axes === '0,1,2' ? batch : 1;
    const factor = mean ? 1 / count : height * width;
    if (factor !== 1) name = context.op('Mul', [name, graph.scalar(factor)]);
    const dims = node.shape;
    return {
      name: context.reshape(name, dims),
      layout: { order: dims.map((_, axis) => axis), block: 0 },
      dims,
    };
  };
}

export const blockedTable: Partial<Record<KernelName, BlockedLowering>> = {
  Conv2D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  Sum: reduction(false),
  Mean: reduction(true),
};

/** The portable lowering where the blocked one does not apply. */
export function preferring(first: BlockedLowering, block: number, otherwise: Lowering): Lowering {
  return (node, context) => first(node, context, block) ?? otherwise(node, context);
}

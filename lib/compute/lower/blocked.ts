import type { Node } from '../trace/graph.ts';
import type { KernelName } from '../trace/kernels.ts';
import type { Attributes, Context } from './context.ts';
import { geometry } from './convolution.ts';
import type { Lowering } from './elementwise.ts';
import { blocked, channelsFirst, filterLayout, type Laid } from './layout.ts';

/*
 * Lowerings to ONNX Runtime's own blocked operators (NCHWc), which it uses inside for nets with constant
 * filters; here with filters that change on every step. Each gives null where it does not apply.
 */

export type BlockedLowering = (node: Node, context: Context, block: number) => Laid | null;

type Shape4 = [number, number, number, number];

function image(name: string, node: Node, block: number): Laid {
  return { name, layout: blocked(block), dims: node.shape };
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

export function convolvesBlocked({ kernel, inputs }: Node, block: number): boolean {
  const [into, out] = inputs[1]?.shape.slice(2) ?? [];
  return kernel === 'Conv2D' && out! % block === 0 && (into! % block === 0 || into! < block);
}

export function convolve(node: Node, context: Context, block: number, epilogue: Epilogue): Laid {
  const [x, filter] = node.inputs as [Node, Node];
  const [height, width, into, out] = filter.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  const plain = context.whole(filter, filterLayout);
  const weights =
    epilogue.scale === undefined
      ? plain
      : context.op('Mul', [plain, context.reshape(epilogue.scale, [out, 1, 1, 1])]);
  const places = height * width;
  // With fewer channels than a block, the image stays as it is: [out / B, in, places, B].
  const narrow = into < block;
  const split = narrow
    ? context.reshape(weights, [out / block, block, into, places])
    : context.reshape(weights, [out / block, block, into / block, block, places]);
  const perm = narrow ? [0, 2, 3, 1] : [0, 2, 4, 3, 1];
  const reordered = context.reshape(context.op('Transpose', [split], { perm }), [out, into, height, width]);
  const input = context.whole(x, narrow ? channelsFirst : blocked(block));
  const attributes = { strides, pads, dilations, kernel_shape: [height, width] };
  return image(
    context.blockedOp('Conv', ...withEpilogue([input, reordered], attributes, epilogue)),
    node,
    block,
  );
}

const forward: BlockedLowering = (node, context, block) =>
  convolvesBlocked(node, block) ? convolve(node, context, block, {}) : null;

/** At stride 1: a convolution with the turned filter, its channels exchanged. */
const inputGradient: BlockedLowering = (node, context, block) => {
  const [dy, filter] = node.inputs as [Node, Node];
  const [height, width, into, out] = filter.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  if (out % block !== 0 || into % block !== 0 || strides.some((stride) => stride !== 1)) return null;
  const places = height * width;
  const weights = context.whole(filter, filterLayout);
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
  const inputs = [context.whole(dy, blocked(block)), context.reshape(turned, [into, out, height, width])];
  return image(context.blockedOp('Conv', inputs, attributes), node, block);
};

/**
 * One convolution whose image is x with batch and channels exchanged, [in, batch, height, width], and whose
 * filter is dy, [out, batch, outHeight, outWidth]; its places are those of the filter wanted. Zeros beside
 * the image are written out: the operator is slow at windows that hang over its sides.
 */
const filterGradient: BlockedLowering = (node, context, block) => {
  const [x, dy] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, into, out] = node.shape as Shape4;
  const [batch, height, width] = x.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const { strides, pads, dilations } = geometry(node);
  if (out % block !== 0 || batch % block !== 0) return null;
  const [top, left] = pads;
  // What the filter reaches of the padded image; at stride 2 that can be less than all of it.
  const reach = [
    (kernelHeight - 1) * dilations[0] + (outHeight - 1) * strides[0] + 1,
    (kernelWidth - 1) * dilations[1] + (outWidth - 1) * strides[1] + 1,
  ] as const;

  const groups = batch / block;
  // Moving whole planes, then making blocks, beats one general transposition by far.
  const planes = context.op('Transpose', [context.whole(x, channelsFirst)], { perm: [1, 0, 2, 3] });
  const images = context.blockedOp('ReorderInput', [planes], { channels_last: 0 });
  const rows = context.reshape(images, [into * groups * height, width * block]);
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

  const gradient = context.reshape(context.whole(dy, blocked(block)), [
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
  return {
    name: context.reshape(context.op('Transpose', [separate], { perm: [1, 3, 0, 2] }), [
      out,
      into,
      kernelHeight,
      kernelWidth,
    ]),
    layout: filterLayout,
    dims: node.shape,
  };
};

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

import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { blocked, fillBlocks, imagesAcross, imagesPerBlock, type Laid } from '../layout.ts';
import { type Epilogue, forImages, withEpilogue } from './epilogue.ts';
import { depthwiseInBlocks, filterInBlocks } from './filters.ts';
import { blockInnermost } from './movements.ts';
import { image, imageAcross, together, type Shape4 } from './images.ts';
import { winograd, winogradPays } from './winograd.ts';

/**
 * Every stride-th row of the image (or column), from one of the first on: what of the filter reached it, and
 * the zeros that dy needs before and after its rows. Empty where nothing did.
 */
interface Phase {
  /** Rows of the filter, so that they meet rows of dy that follow one another. */
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

interface GradientPlan {
  /** Images taken together. */
  readonly images: number;
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
  /** At stride 1: one phase each way. */
  readonly dense: boolean;
}

function reached({ taps }: Phase): boolean {
  return taps.length > 0;
}

/**
 * Null where zeros would have to be taken away, or a phase that nothing reached comes before one that something
 * did. Row `stride`·i + phase of the image was reached from row
 * i + (phase + pad − tap) / stride of the output.
 */
function phases(
  size: number,
  outputs: number,
  kernel: number,
  stride: number,
  pad: number,
): readonly Phase[] | null {
  if (size % stride !== 0) return null;
  const all = Array.from({ length: stride }, (_, phase): Phase => {
    const taps = Array.from({ length: kernel }, (_, i) => kernel - 1 - i).filter(
      (tap) => (phase + pad - tap) % stride === 0,
    );
    if (taps.length === 0) return { taps, before: 0, after: 0 };
    const offset = (tap: number): number => (phase + pad - tap) / stride;
    return { taps, before: -offset(taps[0]!), after: size / stride + offset(taps.at(-1)!) - outputs };
  });
  const count = all.filter(reached).length;
  const first = all.slice(0, count).every(reached);
  const padded = all.every(({ before, after }) => before >= 0 && after >= 0);
  return count > 0 && first && padded ? all : null;
}

/** How the gradient by an image is done with blocked convolutions; null where it cannot be. */
export function gradientPlan(node: Node, block: number): GradientPlan | null {
  const depthwise = node.kernel === 'DepthwiseConv2dNativeBackpropInput';
  if (node.kernel !== 'Conv2DBackpropInput' && !depthwise) return null;
  const [dy, filter] = node.inputs as [Node, Node];
  const [kernelHeight, kernelWidth, into, last] = filter.shape as Shape4;
  if (depthwise && last !== 1) return null;
  const out = depthwise ? into : last;
  const [batch, height, width] = node.shape as Shape4;
  const images = Math.max(imagesPerBlock(block, batch, into), imagesPerBlock(block, batch, out));
  const { strides, pads, dilations } = geometry(node);
  if (!fillBlocks(block, batch, into) || !fillBlocks(block, batch, out)) return null;
  if ((into * images) % block !== 0 || (out * images) % block !== 0) return null;
  if (dilations.some((dilation) => dilation !== 1)) return null;
  const rows = phases(height, dy.shape[1]!, kernelHeight, strides[0], pads[0]);
  const columns = phases(width, dy.shape[2]!, kernelWidth, strides[1], pads[1]);
  if (rows === null || columns === null) return null;
  return { images, rows, columns, dense: rows.length === 1 && columns.length === 1 };
}

/**
 * A convolution with the turned filter, its channels exchanged. At larger strides one for each phase of rows
 * and columns, with the places of the filter that reached it; their results are woven into the image. An
 * epilogue is for stride 1.
 */
export function convolveBackward(node: Node, context: Context, block: number, epilogue: Epilogue): Laid {
  const [dy, filter] = node.inputs as [Node, Node];
  const shape = filter.shape as Shape4;
  const { images, rows, columns, dense } = gradientPlan(node, block)!;
  const [kernelWidth, into] = [shape[1], shape[2] * images];
  const turned = turnedFilter(node, images, epilogue.scale, block, context);
  if (node.kernel === 'Conv2DBackpropInput' && dense && winogradPays(node, dy, context)) {
    const [row, column] = [rows[0]!, columns[0]!];
    const taken = row.taps.flatMap((y) => column.taps.map((x) => y * kernelWidth + x));
    const sizes = { size: dy.shape as Shape4, out: into, block };
    const rest = forImages(node, context, 1, block, epilogue);
    const name = winograd(together(dy, context, block, 1), turned(taken, [3, 3]), sizes, rest, context);
    return image(name, node, context, block, 1);
  }
  const groups = node.kernel === 'Conv2DBackpropInput' ? {} : { group: into };
  const beside = imagesAcross(block, node.shape as Shape4);
  const across = images === 1 && beside > 1 && beside === imagesAcross(block, dy.shape as Shape4);
  const after = across ? epilogue : forImages(node, context, images, block, epilogue);
  const part = (row: Phase, column: Phase): string => {
    const taken = row.taps.flatMap((y) => column.taps.map((x) => y * kernelWidth + x));
    const kernel = [row.taps.length, column.taps.length];
    const sides = across ? ([0, 0] as const) : ([column.before, column.after] as const);
    const attributes = {
      strides: [1, 1],
      dilations: [1, across ? beside : 1],
      pads: [row.before, sides[0], row.after, sides[1]],
      kernel_shape: kernel,
      ...groups,
    };
    const input = across
      ? imageAcross(dy, [column.before, column.after], context, block)
      : together(dy, context, block, images);
    const inputs = [input, turned(taken, kernel)];
    return context.blockedOp('Conv', ...withEpilogue(inputs, attributes, after));
  };
  const parts = rows.filter(reached).map((row) => columns.filter(reached).map((column) => part(row, column)));
  const done = (name: string): Laid =>
    across ? { name, layout: blocked(block), dims: node.shape } : image(name, node, context, block, images);
  if (dense) return done(parts[0]![0]!);

  const [batch, height, width] = node.shape as Shape4;
  const [count, place] = across ? [batch / beside, beside * block] : [batch / images, block];
  const lines = (count * (into / block) * height) / rows.length;
  const whole = parts.map((row) =>
    woven(row, columns.length, [(lines * width) / columns.length, place], context),
  );
  const name = woven(whole, rows.length, [lines, width * place], context);
  return done(context.reshape(name, [count, into, height, (width * place) / block]));
}

/** Some places of a filter, its channels exchanged, as the operator takes a filter of as many. */
function turnedFilter(
  node: Node,
  images: number,
  scale: string | undefined,
  block: number,
  context: Context,
): (taken: readonly number[], kernel: readonly number[]) => string {
  const filter = node.inputs[1]!;
  const shape = filter.shape as Shape4;
  const [places, into, out] = [shape[0] * shape[1], shape[2] * images, shape[3] * images];
  const scaling = scale === undefined ? null : { name: scale, of: 'in' as const };
  if (node.kernel !== 'Conv2DBackpropInput') {
    const each = depthwiseInBlocks(filter, scaling, images, block, context);
    return (taken, kernel) =>
      context.reshape(context.op('Gather', [each, context.graph.integers(taken)], { axis: 1 }), [
        into,
        1,
        ...kernel,
      ]);
  }
  const squares = [out / block, into / block, places] as const;
  const whole = filterInBlocks(filter, scaling, images, block, context);
  const swapped = swappedSquares(whole, squares, block, context);
  return (taken, kernel) => {
    const places = context.graph.integers(turnedPlaces(taken, squares));
    return context.reshape(context.op('Gather', [swapped, places]), [into, out, ...kernel]);
  };
}

/** Squares of a filter in blocks, [out / block · in / block · places, block²], each with its two ends exchanged. */
function swappedSquares(
  name: string,
  [out, into, places]: readonly [number, number, number],
  block: number,
  context: Context,
): string {
  const squares = out * into * places;
  return context.reshape(blockInnermost(name, [squares, block], block, context.graph), [squares, block ** 2]);
}

/** Which of those squares lie one after the other in the exchanged filter of some `places`. */
function turnedPlaces(
  taken: readonly number[],
  [out, into, places]: readonly [number, number, number],
): number[] {
  return Array.from({ length: into }, (_, to) =>
    Array.from({ length: out }, (__, from) => taken.map((place) => (from * into + to) * places + place)),
  ).flat(2);
}

/** Row by row of [rows, length], one part's after the other's; zeros for parts that are missing at the end. */
function woven(
  parts: readonly string[],
  count: number,
  [rows, length]: readonly [number, number],
  context: Context,
): string {
  const flat = parts.map((part) => context.reshape(part, [rows, length]));
  const joined = flat.length === 1 ? flat[0]! : context.op('Concat', flat, { axis: 1 });
  const missing = (count - parts.length) * length;
  return missing === 0 ? joined : context.op('Pad', [joined, context.graph.integers([0, 0, 0, missing])]);
}

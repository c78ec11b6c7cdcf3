import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { geometry } from '../convolution.ts';
import { type Epilogue, withEpilogue } from './epilogue.ts';
import type { Shape4 } from './images.ts';

/*
 * Winograd's F(2×2, 3×3): a convolution by a filter of three by three at stride 1 as sixteen by filters of one place, on
 * images of a quarter of the places. Of each square of four by four places, one every two, sixteen numbers are made, of
 * four of its places each; there channels meet; of the sixteen results the square's middle two by two are made. That is
 * 16 products where there were 36, and more passes over memory, which images of many channels alone are worth.
 *
 * Lavin and Gray 2016, *Fast algorithms for convolutional neural networks*, §4.1.
 */

/** Fewer channels save less than the passes take. */
const FEWEST_CHANNELS = 128;
/** Smaller images leave the sixteen convolutions too few places. */
const SMALLEST = 7;

/** B^T: the two places of a row of four that a number is made of, and their signs. */
const TAPS = [
  { places: [0, 2], signs: [1, -1] },
  { places: [1, 2], signs: [1, 1] },
  { places: [1, 2], signs: [-1, 1] },
  { places: [1, 3], signs: [1, -1] },
] as const;

type Tap = (typeof TAPS)[number];

/** G: what a row of three of a filter becomes. */
const FILTER = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
] as const;

const ALONE = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };

/**
 * Whether the convolution of `from` by a node's filter, or the gradient of one by its image, is done so. The number of
 * images has no say, so that what comes out for an image is the same whatever it is. A filter that changes on each call
 * would have to be transformed each time.
 */
export function winogradPays(node: Node, from: Node, context: Context): boolean {
  const filter = node.inputs[1]!;
  const { strides, pads, dilations } = geometry(node);
  const [height, width, into, out] = filter.shape as Shape4;
  const [, rows, columns] = from.shape as Shape4;
  return (
    height === 3 &&
    width === 3 &&
    [...strides, ...pads, ...dilations].every((size) => size === 1) &&
    Math.min(into, out) >= FEWEST_CHANNELS &&
    Math.min(rows, columns) >= SMALLEST &&
    context.isFixed(filter)
  );
}

/** `image` is [batch, in, height, width], one by one, `filter` [out, in, 3, 3], both in blocks. */
export function winograd(
  image: string,
  filter: string,
  { size, out, block }: { readonly size: Readonly<Shape4>; readonly out: number; readonly block: number },
  epilogue: Epilogue,
  context: Context,
): string {
  const [batch, height, width, into] = size;
  const filters = transformed(filter, [out, into], block, context);
  const products = TAPS.map((down, row) =>
    TAPS.map((across, column) => {
      const part = squares(image, [height, width, into], block, [down, across], context);
      // The one that has a share of 1 in each result.
      const shift = row === 1 && column === 1 && epilogue.shift !== undefined ? [epilogue.shift] : [];
      return context.blockedOp('Conv', [part, filters(row, column), ...shift], ALONE);
    }),
  );
  const byColumn = TAPS.map((_, column) =>
    halved(
      products.map((row) => row[column]!),
      context,
    ),
  );
  const quarters = [0, 1].map((row) =>
    halved(
      byColumn.map((results) => results[row]!),
      context,
    ),
  );
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const lines = (batch * out * rows) / block;
  const whole = quarters.map((parts) => joined(parts, [lines * columns, block], context));
  const all = context.reshape(joined(whole, [lines, 2 * columns * block], context), [
    lines / rows,
    2 * rows,
    2 * columns * block,
  ]);
  const { graph } = context;
  const ends = [height, width * block];
  const cut =
    2 * rows === height && 2 * columns === width
      ? all
      : context.op('Slice', [all, graph.integers([0, 0]), graph.integers(ends), graph.integers([1, 2])]);
  return finished(context.reshape(cut, [batch, out, height, width]), out, epilogue, context);
}

/** Filters of one place, in blocks: G f G^T, place by place. */
function transformed(
  filter: string,
  [out, into]: readonly [number, number],
  block: number,
  context: Context,
): (row: number, column: number) => string {
  const squares = context.reshape(filter, [(out * into) / block ** 2, 9, block ** 2]);
  return (row, column) => {
    const shares = FILTER[row]!.flatMap((a) => FILTER[column]!.map((b) => a * b));
    // One by one: all of them at once would lie there twice.
    const one = context.op('MatMul', [context.graph.tensor(Float32Array.from(shares), [1, 9]), squares]);
    return context.reshape(one, [out, into, 1, 1]);
  };
}

/** One number of each square, of the four places where two taps cross: a convolution of each channel by itself. */
function squares(
  image: string,
  [height, width, channels]: readonly [number, number, number],
  block: number,
  [down, across]: readonly [Tap, Tap],
  context: Context,
): string {
  const signs = down.signs.flatMap((a) => across.signs.map((b) => a * b));
  // [channels / block, places, block]
  const filter = Float32Array.from({ length: 4 * channels }, (_, i) => signs[Math.floor(i / block) % 4]!);
  const [top, bottom] = beside(down, height);
  const [left, right] = beside(across, width);
  return context.blockedOp('Conv', [image, context.graph.tensor(filter, [channels, 1, 2, 2])], {
    group: channels,
    kernel_shape: [2, 2],
    strides: [2, 2],
    dilations: [down.places[1] - down.places[0], across.places[1] - across.places[0]],
    pads: [top, left, bottom, right],
  });
}

/** Zeros before and after a row or column: the first square begins one place before it. */
function beside({ places: [first, last] }: Tap, size: number): readonly [number, number] {
  const reach = 2 * (Math.ceil(size / 2) - 1) + last;
  return [first === 0 ? 1 : 0, Math.max(0, reach - size)];
}

/** A^T: of four in a row two, one for each place of the result. */
function halved(parts: readonly string[], context: Context): readonly [string, string] {
  const [a, b, c, d] = parts as [string, string, string, string];
  const first = context.op('Add', [context.op('Add', [a, b]), c]);
  return [first, context.op('Sub', [context.op('Sub', [b, c]), d])];
}

/** Two of them, alternately. */
function joined(parts: readonly string[], size: readonly [number, number], context: Context): string {
  const flat = parts.map((part) => context.reshape(part, size));
  return context.op('Concat', flat, { axis: 1 });
}

/** What of the epilogue comes after all of it. */
function finished(name: string, out: number, { other, relu }: Epilogue, context: Context): string {
  if (other === undefined) return relu === true ? context.op('Relu', [name]) : name;
  const ones = context.graph.tensor(new Float32Array(out).fill(1), [out, 1, 1, 1]);
  const [inputs, attributes] = withEpilogue(
    [name, ones],
    { ...ALONE, group: out },
    { other, relu: relu === true },
  );
  return context.blockedOp('Conv', inputs, attributes);
}

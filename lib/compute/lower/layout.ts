/**
 * How a tensor's elements lie in memory, apart from its logical shape, which stays tfjs's. `order` lists the
 * logical axes from the outermost in. With `block` > 0 the axis at `order[1]`, the channels, is split: blocks
 * of that many channels lie there, and the channels of a block innermost. ONNX Runtime's blocked operators
 * give such a tensor the dimensions it would have unsplit, and so do we. Images of fewer channels than a block
 * share it, see `imagesPerBlock`; small images lie side by side, see `imagesAcross`.
 */
export interface Layout {
  readonly order: readonly number[];
  readonly block: number;
  /** The outermost axis is split as well, its block innermost of all. */
  readonly both?: true;
}

/** A tensor of the ONNX graph. */
export interface Laid {
  readonly name: string;
  readonly layout: Layout;
  /** By logical axis; 1 where the tensor is only spread over the axis, and holds it once. */
  readonly dims: readonly number[];
  /** Truth values, which ONNX Runtime's blocked operators do not move. */
  readonly bool?: boolean;
}

export function natural(rank: number): Layout {
  return { order: Array.from({ length: rank }, (_, axis) => axis), block: 0 };
}

/** Images, logically [batch, height, width, channels], as [batch, channels, height, width]. */
export const channelsFirst: Layout = { order: [0, 3, 1, 2], block: 0 };

/** Images in blocks of channels. */
export function blocked(block: number): Layout {
  return { order: channelsFirst.order, block };
}

/** Filters, logically [height, width, in, out], as [out, in, height, width]. */
export const filterLayout: Layout = { order: [3, 2, 0, 1], block: 0 };

/** Filters as blocked convolutions take them: [out / block, in / block, height, width, block (in), block (out)]. */
export function blockedFilter(block: number): Layout {
  return { order: filterLayout.order, block, both: true };
}

/** Whether a filter, logically [height, width, in, out], fills blocks of channels both ways. */
export function fillsBlocks(shape: readonly number[], block: number): boolean {
  return shape.length === 4 && block > 0 && shape[2]! % block === 0 && shape[3]! % block === 0;
}

/** Filters as [in, out, height, width]. */
export const swappedFilterLayout: Layout = { order: [2, 3, 0, 1], block: 0 };

export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.block === b.block &&
    a.both === b.both &&
    a.order.length === b.order.length &&
    a.order.every((axis, i) => axis === b.order[i])
  );
}

/** More images than this in a block are not worth it: their filters are mostly zeros. */
const MOST_IMAGES = 4;

/**
 * How many images of few channels lie in a block side by side: [batch, 8, height, width] is taken for
 * [batch / 2, 16, height, width], which are the same bytes. 1 where images fill blocks of their own, and
 * where they cannot share one.
 */
export function imagesPerBlock(block: number, batch: number, channels: number): number {
  const images = block / channels;
  const share = channels < block && Number.isInteger(images) && images <= MOST_IMAGES;
  return share && batch % images === 0 ? images : 1;
}

/** Whether images of so many channels fill blocks, alone or shared. */
export function fillBlocks(block: number, batch: number, channels: number): boolean {
  return (channels * imagesPerBlock(block, batch, channels)) % block === 0;
}

/** Wider images than this are wide enough by themselves. */
const MOST_COLUMNS = 8;

const NUMBERS_ACROSS = [16, 8, 4];

/**
 * How many small images lie side by side, place by place, so that what is loaded of a filter serves them all:
 * [batch, height, width, channels] is taken for [batch / images, channels, height, width · images], the images
 * inside the columns. 1 where each lies by itself.
 */
export function imagesAcross(
  block: number,
  [batch, , width, channels]: readonly [number, number, number, number],
): number {
  if (block === 0 || channels % block !== 0 || width === 1 || width > MOST_COLUMNS) return 1;
  return NUMBERS_ACROSS.find((images) => batch % images === 0) ?? 1;
}

function across({ order, block, both }: Layout, dims: readonly number[]): number {
  if (block === 0 || both === true || order.length !== 4) return 1;
  const [batch, channels, height, width] = order.map((axis) => dims[axis]!) as [
    number,
    number,
    number,
    number,
  ];
  return imagesAcross(block, [batch, height, width, channels]);
}

function sharing({ order, block }: Layout, dims: readonly number[]): number {
  return block === 0 ? 1 : imagesPerBlock(block, dims[order[0]!]!, dims[order[1]!]!);
}

/** Sizes in memory order. */
export function physical(layout: Layout, dims: readonly number[]): number[] {
  const images = sharing(layout, dims);
  const beside = across(layout, dims);
  return layout.order.map((axis, i) => {
    if (i === 0) return dims[axis]! / images / beside;
    if (i === 1) return dims[axis]! * images;
    return i === 3 ? dims[axis]! * beside : dims[axis]!;
  });
}

/** Logical axes, those that lie in blocks split in two, and what brings them into the order of memory. */
export function inMemory(
  { order, block, both }: Layout,
  shape: readonly number[],
): { readonly split: readonly number[]; readonly perm: readonly number[] } {
  if (both !== true) return { split: shape, perm: order };
  const ends = order.slice(0, 2);
  const split = shape.flatMap((size, axis) => (ends.includes(axis) ? [size / block, block] : [size]));
  const place = (axis: number): number => axis + ends.filter((end) => end < axis).length;
  return { split, perm: [...order.map(place), ...[...ends].reverse().map((axis) => place(axis) + 1)] };
}

/** The same tensor seen with `count` more axes of size 1 in front. */
export function withLeadingAxes(laid: Laid, count: number): Laid {
  if (count === 0) return laid;
  const leading = Array.from({ length: count }, (_, axis) => axis);
  return {
    name: laid.name,
    layout: {
      order: [...leading, ...laid.layout.order.map((axis) => axis + count)],
      block: laid.layout.block,
    },
    dims: [...leading.map(() => 1), ...laid.dims],
  };
}

/** The parts of axes that hold more than one element, outermost first: equal sequences mean equal bytes. */
export function significant(layout: Layout, dims: readonly number[]): string {
  const { order, block } = layout;
  if (sharing(layout, dims) > 1) return shared(layout, dims);
  const beside = across(layout, dims);
  if (beside > 1) return `${order.join()}, ${beside} images across blocks of ${block}`;
  const parts = order.map((axis, i) => {
    if (dims[axis] === 1) return '';
    if (block === 0 || i !== 1) return `${axis}`;
    return dims[axis] === block ? '' : `${axis} outer`;
  });
  const channels = order[1]!;
  if (block > 0 && dims[channels] !== 1)
    parts.push(dims[channels] === block ? `${channels}` : `${channels} inner`);
  const present = parts.filter((part) => part !== '');
  // A lone split axis is whole again: its blocks follow one another.
  return block > 0 && present.length === 2 && present.every((part) => part.startsWith(`${channels} `))
    ? `${channels}`
    : present.join();
}

/** The same where images share blocks: groups of images outermost, the images of a group beside their channels. */
function shared(layout: Layout, dims: readonly number[]): string {
  const [batch, channels, ...places] = layout.order as [number, number, ...number[]];
  const held = places.filter((axis) => dims[axis] !== 1);
  if (held.length === 0) return [batch, channels].join();
  const images = sharing(layout, dims);
  if (dims[batch] === images) return [...held, batch, channels].join();
  return [`${batch} outer`, ...held, `${batch} inner`, channels].join();
}

/**
 * How a tensor's elements lie in memory, apart from its logical shape, which stays tfjs's. `order` lists the
 * logical axes from the outermost in. With `block` > 0 the axis at `order[1]`, the channels, is split: blocks
 * of that many channels lie there, and the channels of a block innermost. ONNX Runtime's blocked operators
 * give such a tensor the dimensions it would have unsplit, and so do we.
 */
export interface Layout {
  readonly order: readonly number[];
  readonly block: number;
}

/** A tensor of the ONNX graph. */
export interface Laid {
  readonly name: string;
  readonly layout: Layout;
  /** By logical axis; 1 where the tensor is only spread over the axis, and holds it once. */
  readonly dims: readonly number[];
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

/** Filters as [in, out, height, width]. */
export const swappedFilterLayout: Layout = { order: [2, 3, 0, 1], block: 0 };

export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.block === b.block &&
    a.order.length === b.order.length &&
    a.order.every((axis, i) => axis === b.order[i])
  );
}

/** Sizes in memory order. */
export function physical({ order }: Layout, dims: readonly number[]): number[] {
  return order.map((axis) => dims[axis]!);
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
export function significant({ order, block }: Layout, dims: readonly number[]): string {
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

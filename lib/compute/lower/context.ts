import type { OnnxAttribute } from '../onnx/model.ts';
import type { OnnxGraph } from '../onnx/graph.ts';
import { elementType } from '../onnx/model.ts';
import { permuteValues } from '../trace/fold.ts';
import type { Precision } from '../program.ts';
import { elements, reachable, sameShape, type Node } from '../trace/graph.ts';
import {
  inFilterBlocks,
  oneByOne,
  outOfFilterBlocks,
  sideBySide,
  type FilterSize,
} from './blocked/movements.ts';
import {
  channelsFirst,
  imagesAcross,
  natural,
  physical,
  sameLayout,
  significant,
  withLeadingAxes,
  type Laid,
  type Layout,
} from './layout.ts';

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/**
 * What lowerings write with: the graph so far, and tensors in the layouts they ask for.
 *
 * In mixed precision, a reshape that changes nothing stands between each cast and the operator that it is for:
 * ONNX Runtime's CPU kernels have no float16 products, and without it, the casts that it puts around them cancel
 * with ours, and nothing is rounded. Elsewhere it costs nothing.
 */
export class Context {
  readonly graph: OnnxGraph;
  readonly #precision: Precision;
  readonly #fixed: ReadonlySet<Node>;
  readonly #values = new Map<number, Laid>();
  /** Names of constants by node and layout, each written once. */
  readonly #constants = new Map<string, string>();

  /** `fixed`: inputs that no call changes. */
  constructor(graph: OnnxGraph, precision: Precision, fixed: ReadonlySet<Node>) {
    this.graph = graph;
    this.#precision = precision;
    this.#fixed = fixed;
  }

  /** Whether a node is the same on each call, so that what is made of it is made once. */
  isFixed(node: Node): boolean {
    return reachable([node]).every((each) => each.kernel !== 'Input' || this.#fixed.has(each));
  }

  /** An operator of the blocked domain. */
  blockedOp(name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(name, inputs, attributes, 'com.microsoft.nchwc');
  }

  op(name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(name, inputs, attributes);
  }

  set(node: Node, laid: Laid): void {
    this.#values.set(node.id, { ...laid, bool: node.dtype === 'bool' });
  }

  has(node: Node): boolean {
    return this.#values.has(node.id);
  }

  /** A node's value in whatever layout it has. */
  value(node: Node): Laid {
    const laid = this.#values.get(node.id);
    if (laid === undefined) throw new Error(`${node.kernel} is used before it is written`);
    return laid;
  }

  /** Name of a node's value, whole, in the given layout. */
  whole(node: Node, layout: Layout): string {
    if (node.kernel === 'Constant' && layout.block === 0) return this.#constant(node, layout);
    if (layout.block > 0) {
      const plain = { order: layout.order, block: 0 };
      const laid = this.value(node);
      const full = sameShape(laid.dims, node.shape)
        ? laid
        : this.spread(this.convert(laid, plain), node.shape);
      return this.convert(full, layout).name;
    }
    return this.spread(this.convert(this.value(node), layout), node.shape).name;
  }

  /**
   * The same for a convolution or matrix product to take: in mixed precision float16. It is cast as it lies, and
   * moved then, so that it is cast once however it is wanted.
   */
  operand(node: Node, layout: Layout): string {
    if (this.#precision === 'float32') return this.whole(node, layout);
    const laid = this.value(node);
    const half = this.op('Cast', [laid.name], { to: elementType.float16 });
    const held = { ...laid, name: this.reshape(half, physical(laid.layout, laid.dims)) };
    return this.spread(this.convert(held, layout), node.shape).name;
  }

  /** A convolution or matrix product of operands: `dims` of float32, in mixed precision rounded to float16. */
  product(op: string, operands: readonly string[], attributes: Attributes, dims: readonly number[]): string {
    const name = this.op(op, operands, attributes);
    if (this.#precision === 'float32') return name;
    return this.op('Cast', [this.reshape(name, dims)], { to: elementType.float32 });
  }

  reshape(name: string, dims: readonly number[]): string {
    return this.op('Reshape', [name, this.graph.integers(dims)]);
  }

  /** The same elements in another layout, of the same or a higher rank. */
  convert(source: Laid, layout: Layout): Laid {
    if (sameLayout(source.layout, layout)) return source;
    if (source.bool === true && source.layout.block + layout.block > 0)
      return this.#asNumbers(source, layout);
    if (source.layout.both === true) return this.convert(this.#unblocked(source), layout);
    if (layout.both === true)
      return this.#filterBlocks(this.convert(source, { order: layout.order, block: 0 }), layout);
    const laid = withLeadingAxes(source, layout.order.length - source.layout.order.length);
    const { dims } = laid;
    const target = physical(layout, dims);
    const present = physical(source.layout, source.dims);
    if (significant(laid.layout, dims) === significant(layout, dims))
      return {
        name: sameShape(present, target) ? source.name : this.reshape(source.name, target),
        layout,
        dims,
      };
    const name = sameShape(present, physical(laid.layout, dims))
      ? source.name
      : this.reshape(source.name, physical(laid.layout, dims));
    const written = { name, layout: laid.layout, dims };
    if (laid.layout.block > 0) return this.#joined(written, layout);
    if (layout.block > 0) return this.#split(written, layout);
    return this.#permuted(written, layout);
  }

  #asNumbers(source: Laid, layout: Layout): Laid {
    const numbers = {
      ...source,
      bool: false,
      name: this.op('Cast', [source.name], { to: elementType.float32 }),
    };
    const moved = this.convert(numbers, layout);
    return { ...moved, name: this.op('Cast', [moved.name], { to: elementType.bool }), bool: true };
  }

  #permuted({ name, layout: { order }, dims }: Laid, layout: Layout): Laid {
    if (order.every((axis, i) => axis === layout.order[i])) return { name, layout, dims };
    const perm = layout.order.map((axis) => order.indexOf(axis));
    return { name: this.op('Transpose', [name], { perm }), layout, dims };
  }

  /** A filter out of its blocks; one number for all of it is only renamed. */
  #unblocked({ name, layout: { order, block }, dims }: Laid): Laid {
    const size = filterSize(order, dims);
    const plain = elements(dims) === 1 ? name : outOfFilterBlocks(name, size, block, this.graph);
    return { name: this.reshape(plain, size), layout: { order, block: 0 }, dims };
  }

  /** The opposite. */
  #filterBlocks({ name, layout: { order }, dims }: Laid, layout: Layout): Laid {
    const size = filterSize(order, dims);
    const inBlocks = elements(dims) === 1 ? name : inFilterBlocks(name, size, layout.block, this.graph);
    return { name: this.reshape(inBlocks, size), layout, dims };
  }

  /** Out of blocks of channels. */
  #joined({ name, layout: from, dims }: Laid, layout: Layout): Laid {
    const present = physical(channelsFirst, dims);
    const single = isImage(dims) ? oneByOne(name, dims, from.block, this.graph) : name;
    const beside = single !== name;
    const alone = beside || sameShape(physical(from, dims), present);
    const last = alone && sameLayout(layout, natural(dims.length));
    const plain = this.blockedOp('ReorderOutput', [beside ? this.reshape(single, present) : name], {
      channels: physical(from, dims)[1]!,
      channels_last: Number(last),
    });
    if (last) return { name: plain, layout, dims };
    const first = alone ? plain : this.reshape(plain, present);
    return this.#permuted({ name: first, layout: channelsFirst, dims }, layout);
  }

  /** Into blocks of channels. */
  #split(laid: Laid, layout: Layout): Laid {
    const beside = isImage(laid.dims) && imagesAcross(layout.block, laid.dims) > 1;
    const alone = beside || sameShape(physical(layout, laid.dims), physical(channelsFirst, laid.dims));
    const last = alone && sameLayout(laid.layout, natural(laid.dims.length));
    const { name: first, dims } = last ? laid : this.#permuted(laid, channelsFirst);
    const name = alone ? first : this.reshape(first, physical(layout, dims));
    const single = this.blockedOp('ReorderInput', [name], { channels_last: Number(last) });
    if (!beside || !isImage(dims)) return { name: single, layout, dims };
    const all = sideBySide(single, dims, layout.block, this.graph);
    return { name: this.reshape(all, physical(layout, dims)), layout, dims };
  }

  /** Repeats along the axes that a tensor is only spread over. */
  spread(laid: Laid, shape: readonly number[]): Laid {
    if (sameShape(laid.dims, shape)) return laid;
    const dims = physical(laid.layout, shape);
    return { ...laid, name: this.op('Expand', [laid.name, this.graph.integers(dims)]), dims: shape };
  }

  #constant(node: Node, layout: Layout): string {
    const key = `${node.id} ${layout.order.join()}`;
    const present = this.#constants.get(key);
    if (present !== undefined) return present;
    const dims = [...new Array<number>(layout.order.length - node.shape.length).fill(1), ...node.shape];
    const values = sameLayout(layout, natural(dims.length))
      ? node.values!
      : permuteValues(node.values!, dims, layout.order);
    const name = this.graph.tensor(values, physical(layout, dims), node.dtype === 'bool');
    this.#constants.set(key, name);
    return name;
  }
}

function isImage(dims: readonly number[]): dims is readonly [number, number, number, number] {
  return dims.length === 4;
}

function filterSize(order: readonly number[], dims: readonly number[]): FilterSize {
  return order.map((axis) => dims[axis]!) as [number, number, number, number];
}

/** The layout that the most elements already have; of equally many, the blocked one. */
export function prevailing(operands: readonly Laid[], rank: number): Layout {
  let best: Laid | null = null;
  for (const operand of operands) {
    if (operand.dims.length !== rank) continue;
    const gain = best === null ? 1 : elements(operand.dims) - elements(best.dims);
    if (gain > 0 || (gain === 0 && operand.layout.block > best!.layout.block)) best = operand;
  }
  const layout = best?.layout ?? natural(rank);
  if (best === null || layout.block === 0) return layout;
  // Only whole operands, and numbers by image, combine without regard to how channels lie; where images share
  // blocks, only one number for all.
  const alone = sameShape(physical(layout, best.dims), physical(channelsFirst, best.dims));
  const fits = operands.every(
    ({ dims }) => sameShape(dims, best.dims) || dims.slice(alone ? -3 : -4).every((size) => size === 1),
  );
  return fits ? layout : { order: layout.order, block: 0 };
}

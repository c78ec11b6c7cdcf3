import type { Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { natural, physical, type Laid, type Layout } from './layout.ts';

/** Logical axes with more than one element. */
function longAxes(shape: readonly number[]): number[] {
  return shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
}

/** When a reshape only adds or drops axes of size 1: the source axis of each long target axis. */
function relabelled(from: readonly number[], to: readonly number[]): Map<number, number> | null {
  const [source, target] = [longAxes(from), longAxes(to)];
  if (source.length !== target.length) return null;
  if (!source.every((axis, i) => from[axis] === to[target[i]!])) return null;
  return new Map(source.map((axis, i) => [axis, target[i]!]));
}

/** Keeps the order in memory where it can; any other reshape goes through the logical order. */
export const reshape: Lowering = (node, context) => {
  const [x] = node.inputs as [Node];
  const labels = relabelled(x.shape, node.shape);
  const laid = context.value(x);
  if (labels === null || laid.layout.block > 0) {
    const name = context.reshape(context.whole(x, natural(x.shape.length)), node.shape);
    return { name, layout: natural(node.shape.length), dims: node.shape };
  }
  const long = laid.layout.order.flatMap((axis) => labels.get(axis) ?? []);
  const short = node.shape.flatMap((_, axis) => (long.includes(axis) ? [] : [axis]));
  const layout: Layout = { order: [...short, ...long], block: 0 };
  const dims = node.shape.map(() => 1);
  for (const [from, to] of labels) dims[to] = laid.dims[from]!;
  return { name: context.reshape(laid.name, physical(layout, dims)), layout, dims };
};

/** Only renames the axes: nothing moves until someone needs another order. */
export const transpose: Lowering = (node, context) => {
  const perm = node.attributes.perm as readonly number[];
  const [x] = node.inputs as [Node];
  const laid = context.value(x);
  const { name, layout, dims } = laid.layout.block > 0 ? context.convert(laid, natural(perm.length)) : laid;
  return {
    name,
    layout: { order: layout.order.map((axis) => perm.indexOf(axis)), block: 0 },
    dims: perm.map((axis) => dims[axis]!),
  };
};

/** A node's value, whole, in its own order but with no split channels. */
function unsplit(x: Node, context: Context): Laid {
  const { layout } = context.value(x);
  const plain = { order: layout.order, block: 0 };
  return { name: context.whole(x, plain), layout: plain, dims: x.shape };
}

export const pad: Lowering = (node, context) => {
  const { name, layout } = unsplit(node.inputs[0]!, context);
  const { pads, value } = node.attributes as { pads: [number, number][]; value: number };
  const begins = layout.order.map((axis) => pads[axis]![0]);
  const ends = layout.order.map((axis) => pads[axis]![1]);
  const { graph } = context;
  const inputs = [name, graph.integers([...begins, ...ends])];
  if (value !== 0)
    inputs.push(graph.tensor(node.dtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value), []));
  return { name: context.op('Pad', inputs), layout, dims: node.shape };
};

export const slice: Lowering = (node, context) => {
  const [x] = node.inputs as [Node];
  const { name, layout } = unsplit(x, context);
  const begin = node.attributes.begin as readonly number[];
  const axes = layout.order.flatMap((axis, i) => (node.shape[axis] === x.shape[axis] ? [] : [i]));
  const logical = axes.map((i) => layout.order[i]!);
  const { graph } = context;
  const output = context.op('Slice', [
    name,
    graph.integers(logical.map((axis) => begin[axis]!)),
    graph.integers(logical.map((axis) => begin[axis]! + node.shape[axis]!)),
    graph.integers(axes),
  ]);
  return { name: output, layout, dims: node.shape };
};

export const concat: Lowering = (node, context) => {
  const { layout } = unsplit(node.inputs[0]!, context);
  const axis = layout.order.indexOf(node.attributes.axis as number);
  const names = node.inputs.map((part) => context.whole(part, layout));
  return { name: context.op('Concat', names, { axis }), layout, dims: node.shape };
};

export const tile: Lowering = (node, context) => {
  const { name, layout } = unsplit(node.inputs[0]!, context);
  const repeats = node.attributes.repeats as readonly number[];
  const along = context.graph.integers(layout.order.map((axis) => repeats[axis]!));
  return { name: context.op('Tile', [name, along]), layout, dims: node.shape };
};

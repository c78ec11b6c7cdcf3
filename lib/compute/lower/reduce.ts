import { elements, type Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { natural, physical, type Laid, type Layout } from './layout.ts';

/** Gives the reduced axes (now of size 1) up where the result has no place for them. */
function dropAxes(laid: Laid, axes: readonly number[], rank: number, context: Context): Laid {
  if (laid.dims.length === rank) return laid;
  const rest = laid.dims.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const layout: Layout = {
    order: laid.layout.order.flatMap((axis) => (axes.includes(axis) ? [] : [rest.indexOf(axis)])),
    block: 0,
  };
  const dims = rest.map((axis) => laid.dims[axis]!);
  return { name: context.reshape(laid.name, physical(layout, dims)), layout, dims };
}

/** A value with no split channels, in its own order. */
function plain(x: Node, context: Context): Laid {
  const laid = context.value(x);
  return context.convert(laid, { order: laid.layout.order, block: 0 });
}

/** `before`: what is done to each element first. */
function reduction(
  op: string,
  scale: (count: number, spread: number) => number,
  before: (name: string, context: Context) => string = (name) => name,
): Lowering {
  return (node, context) => {
    const [x] = node.inputs as [Node];
    const laid = plain(x, context);
    const axes = node.attributes.axes as readonly number[];
    const held = axes.filter((axis) => laid.dims[axis] !== 1);
    let name = before(laid.name, context);
    if (held.length > 0) {
      const positions = held.map((axis) => laid.layout.order.indexOf(axis)).sort((a, b) => a - b);
      name = context.op(op, [name, context.graph.integers(positions)], { keepdims: 1 });
    }
    const dims = laid.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
    const factor = scale(count, count / elements(held.map((axis) => x.shape[axis]!)));
    if (factor !== 1) {
      const values = node.dtype === 'float32' ? Float32Array.of(factor) : Int32Array.of(factor);
      name = context.op('Mul', [name, context.graph.tensor(values, [])]);
    }
    return dropAxes({ name, layout: laid.layout, dims }, axes, node.shape.length, context);
  };
}

/** Over an axis that a tensor is only spread over, a sum counts it as often as it is long. */
export const sum: Lowering = reduction('ReduceSum', (_count, spread) => spread);
export const mean: Lowering = reduction('ReduceMean', () => 1);
export const max: Lowering = extremum('ReduceMax');
export const min: Lowering = extremum('ReduceMin');

/** ONNX Runtime's passes over what is no number, and tfjs's gives that. */
function extremum(op: string): Lowering {
  const plainly = reduction(op, () => 1);
  return (node, context) => {
    const laid = plainly(node, context);
    if (node.dtype !== 'float32') return laid;
    const odd = reduction('ReduceSum', () => 1, oddOnes)(node, context);
    const { graph } = context;
    // 0 where all are numbers, whatever their size.
    const name = graph.node('Where', [graph.node('Equal', [odd.name, odd.name]), laid.name, odd.name]);
    return { ...laid, name };
  };
}

/** 0 for numbers; what is none stays. */
function oddOnes(name: string, { graph }: Context): string {
  return graph.node('Where', [graph.node('Equal', [name, name]), graph.scalar(0), name]);
}

/** The first of the largest. What is no number counts only where it is the first of all, as with tfjs. */
export const argMax: Lowering = (node, context) => {
  const [x] = node.inputs as [Node];
  const [axis] = node.attributes.axes as readonly [number];
  const { graph } = context;
  let name = context.whole(x, natural(x.shape.length));
  if (x.dtype === 'float32') {
    const place = x.shape.map((_, i) => (i === axis ? x.shape[axis]! : 1));
    const instead = Float32Array.from({ length: x.shape[axis]! }, (_, i) => (i === 0 ? Infinity : -Infinity));
    name = graph.node('Where', [graph.node('Equal', [name, name]), name, graph.tensor(instead, place)]);
  }
  const index = context.op('ArgMax', [name], { axis, keepdims: 0 });
  return {
    name: context.op('Cast', [index], { to: 6 }),
    layout: natural(node.shape.length),
    dims: node.shape,
  };
};

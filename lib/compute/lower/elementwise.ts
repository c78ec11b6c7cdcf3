import { broadcastShape, type Node } from '../trace/graph.ts';
import { prevailing, type Attributes, type Context } from './context.ts';
import type { Laid } from './layout.ts';

export type Lowering = (node: Node, context: Context) => Laid;

/** All inputs in one layout, their spread axes left to broadcasting. */
function together(node: Node, context: Context): { names: string[]; result: Omit<Laid, 'name'> } {
  const operands = node.inputs.map((input) => context.value(input));
  const layout = prevailing(operands, node.shape.length);
  const laid = operands.map((operand) => context.convert(operand, layout));
  return {
    names: laid.map(({ name }) => name),
    result: { layout, dims: broadcastShape(...laid.map(({ dims }) => dims)) },
  };
}

/** An ONNX operator that works element by element on all inputs. */
export function elementwise(op: string, attributes: Attributes = {}): Lowering {
  return (node, context) => {
    const { names, result } = together(node, context);
    return { ...result, name: context.op(op, names, attributes) };
  };
}

/** The same with its result given by a few operators. */
export function composed(write: (names: string[], node: Node, context: Context) => string): Lowering {
  return (node, context) => {
    const { names, result } = together(node, context);
    return { ...result, name: write(names, node, context) };
  };
}

/**
 * 1 where x > 0, else `alpha`. A hard sigmoid, max(0, min(1, slope·x)), of nearly the largest slope does in
 * one pass what a comparison and a cast do in two; only the subnormal numbers, below 1.2e-38, come out
 * between.
 */
export const step: Lowering = composed(([x], node, { graph }) => {
  const mask = graph.node('HardSigmoid', [x!], { alpha: { float: 3e38 }, beta: { float: 0 } });
  const alpha = node.attributes.alpha as number;
  if (alpha === 0) return mask;
  return graph.node('Add', [graph.node('Mul', [mask, graph.scalar(1 - alpha)]), graph.scalar(alpha)]);
});

export const clip: Lowering = composed(([x], { attributes }, { graph }) =>
  graph.node('Clip', [x!, graph.scalar(attributes.min as number), graph.scalar(attributes.max as number)]),
);

const typeNumber = { float32: 1, int32: 6, bool: 9 };

export const cast: Lowering = composed(([x], { dtype }, { graph }) =>
  graph.node('Cast', [x!], { to: typeNumber[dtype] }),
);

export const input: Lowering = (node) => {
  throw new Error(`input ${String(node.attributes.name)} was not declared`);
};

export const constant: Lowering = (node, context) => ({
  name: context.graph.tensor(node.values!, node.shape, node.dtype === 'bool'),
  layout: { order: node.shape.map((_, axis) => axis), block: 0 },
  dims: node.shape,
});

/** One element, spread over the whole shape. */
export const fill: Lowering = (node, { graph }) => {
  const dims = node.shape.map(() => 1);
  const value = node.attributes.value as number;
  const values = node.dtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
  return {
    name: graph.tensor(values, dims, node.dtype === 'bool'),
    layout: { order: node.shape.map((_, axis) => axis), block: 0 },
    dims,
  };
};

export const oneHot: Lowering = (node, context) => {
  const { graph } = context;
  const [indices] = node.inputs as [Node];
  const depth = node.shape.at(-1)!;
  const layout = { order: indices.shape.map((_, axis) => axis), block: 0 };
  const column = context.reshape(context.whole(indices, layout), [...indices.shape, 1]);
  const classes = graph.tensor(
    Int32Array.from({ length: depth }, (_, i) => i),
    [depth],
  );
  const hit = graph.node('Equal', [column, classes]);
  const { on, off } = node.attributes as { on: number; off: number };
  const tensor = (value: number): string =>
    graph.tensor(node.dtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value), []);
  const name =
    on === 1 && off === 0
      ? graph.node('Cast', [hit], { to: typeNumber[node.dtype] })
      : graph.node('Where', [hit, tensor(on), tensor(off)]);
  return { name, layout: { order: node.shape.map((_, axis) => axis), block: 0 }, dims: node.shape };
};

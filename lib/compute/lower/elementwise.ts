import { elementType } from '../onnx/model.ts';
import { broadcastShape, type Node } from '../trace/graph.ts';
import { prevailing, type Attributes, type Context } from './context.ts';
import { physical, type Laid } from './layout.ts';

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
  if (node.dtype === 'int32') {
    const number = (value: number): string => graph.tensor(Int32Array.of(value), []);
    const above = graph.node('Greater', [x!, number(0)]);
    return graph.node('Where', [above, number(1), number(Math.trunc(node.attributes.alpha as number))]);
  }
  const mask = graph.node('HardSigmoid', [x!], { alpha: { float: 3e38 }, beta: { float: 0 } });
  const alpha = node.attributes.alpha as number;
  if (alpha === 0) return mask;
  return graph.node('Add', [graph.node('Mul', [mask, graph.scalar(1 - alpha)]), graph.scalar(alpha)]);
});

export const clip: Lowering = composed(([x], { attributes, dtype }, { graph }) => {
  const bound = (value: number): string =>
    dtype === 'float32' ? graph.scalar(value) : graph.tensor(Int32Array.of(wholeNumber(value)), []);
  return graph.node('Clip', [x!, bound(attributes.min as number), bound(attributes.max as number)]);
});

function wholeNumber(value: number): number {
  return Math.trunc(Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value)));
}

/** -1, 0 or 1; 0 for what is no number, as tfjs has it. */
export const sign: Lowering = composed(([x], { dtype }, { graph }) => {
  const signs = graph.node('Sign', [x!]);
  if (dtype !== 'float32') return signs;
  return graph.node('Where', [graph.node('Equal', [x!, x!]), signs, graph.scalar(0)]);
});

/** ONNX Runtime chooses between numbers only. */
export const select: Lowering = composed(([condition, t, e], { dtype }, { graph }) => {
  if (dtype !== 'bool') return graph.node('Where', [condition!, t!, e!]);
  const [a, b] = [t!, e!].map((name) => graph.node('Cast', [name], { to: typeNumber.int32 })) as [
    string,
    string,
  ];
  return graph.node('Cast', [graph.node('Where', [condition!, a, b])], { to: typeNumber.bool });
});

const typeNumber = { float32: 1, int32: 6, bool: 9 };

/**
 * Whole numbers of 64 bits are on the way from float32 to int32: what does not fit in 32 wraps around then, and what
 * is no number is 0, as in JavaScript. ONNX Runtime makes one cast of two unless something stands between them.
 */
export const cast: Lowering = ({ dtype, inputs }, context) => {
  const [x] = inputs as [Node];
  const laid = context.value(x);
  const to = typeNumber[dtype];
  if (dtype !== 'int32' || x.dtype !== 'float32')
    return { ...laid, name: context.op('Cast', [laid.name], { to }) };
  const wide = context.op('Cast', [laid.name], { to: elementType.int64 });
  const held = context.reshape(wide, physical(laid.layout, laid.dims));
  return { ...laid, name: context.op('Cast', [held], { to }) };
};

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

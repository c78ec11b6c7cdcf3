import type { Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { natural, type Layout } from './layout.ts';

/** A stack of matrices with rows innermost instead of columns. */
function swapped(rank: number): Layout {
  const { order, block } = natural(rank);
  return { order: [...order.slice(0, -2), rank - 1, rank - 2], block };
}

/** `transposed`: whether the name holds the matrices with rows and columns exchanged. */
function matrices(node: Node, context: Context): { name: string; transposed: boolean } {
  const rank = node.shape.length;
  const { order } = context.value(node).layout;
  const transposed = rank === 2 && order[0] === 1;
  return { name: context.operand(node, transposed ? swapped(rank) : natural(rank)), transposed };
}

export const matrixProduct: Lowering = (node, context) => {
  const [a, b] = node.inputs as [Node, Node];
  const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
  const layout = natural(node.shape.length);
  // Of whole numbers there is only the general product.
  if (a.shape.length === 2 && b.shape.length === 2 && node.dtype === 'float32') {
    const [left, right] = [matrices(a, context), matrices(b, context)];
    const attributes = {
      transA: Number(transposeA !== left.transposed),
      transB: Number(transposeB !== right.transposed),
    };
    const name = context.product('Gemm', [left.name, right.name], attributes, node.shape);
    return { name, layout, dims: node.shape };
  }
  // The exchanged order, read as the natural one, is the transposed stack.
  const side = (x: Node, transpose: boolean): string =>
    context.operand(x, transpose ? swapped(x.shape.length) : natural(x.shape.length));
  const name = context.product('MatMul', [side(a, transposeA), side(b, transposeB)], {}, node.shape);
  return { name, layout, dims: node.shape };
};

export function alongLastAxis(op: string): Lowering {
  return (node, context) => {
    const layout = natural(node.shape.length);
    return {
      name: context.op(op, [context.whole(node.inputs[0]!, layout)], { axis: -1 }),
      layout,
      dims: node.shape,
    };
  };
}

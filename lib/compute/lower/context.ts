import type { OnnxAttribute } from '../onnx/model.ts';
import type { OnnxGraph } from '../onnx/graph.ts';
import { permuteValues } from '../trace/fold.ts';
import { elements, sameShape, type Node } from '../trace/graph.ts';
import {
  natural,
  physical,
  sameLayout,
  significant,
  withLeadingAxes,
  type Laid,
  type Layout,
} from './layout.ts';

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** What lowerings write with: the graph so far, and tensors in the layouts they ask for. */
export class Context {
  readonly graph: OnnxGraph;
  readonly #values = new Map<number, Laid>();

  constructor(graph: OnnxGraph) {
    this.graph = graph;
  }

  op(name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.graph.node(name, inputs, attributes);
  }

  set(node: Node, laid: Laid): void {
    this.#values.set(node.id, laid);
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
    if (node.kernel === 'Constant') return this.#constant(node, layout);
    return this.spread(this.convert(this.value(node), layout), node.shape).name;
  }

  reshape(name: string, dims: readonly number[]): string {
    return this.op('Reshape', [name, this.graph.integers(dims)]);
  }

  /** The same elements in another layout, of the same or a higher rank. */
  convert(source: Laid, layout: Layout): Laid {
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
    let name = sameShape(present, physical(laid.layout, dims))
      ? source.name
      : this.reshape(source.name, physical(laid.layout, dims));
    let order = [...laid.layout.order];
    if (laid.layout.block > 0) {
      const rank = order.length;
      const inner = [0, 1, rank, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)];
      name = this.reshape(
        this.op('Transpose', [name], { perm: inner }),
        order.map((axis) => dims[axis]!),
      );
    }
    if (!order.every((axis, i) => axis === layout.order[i])) {
      const from = order;
      name = this.op('Transpose', [name], { perm: layout.order.map((axis) => from.indexOf(axis)) });
      order = [...layout.order];
    }
    if (layout.block > 0 && target.at(-1) !== 1) {
      const [outer, blocks, ...rest] = target.slice(0, -1) as [number, number, ...number[]];
      const split = this.reshape(name, [outer, blocks, layout.block, ...rest]);
      name = this.op('Transpose', [split], {
        perm: [0, 1, ...rest.map((_, i) => i + 3), 2],
      });
    }
    return { name, layout, dims };
  }

  /** Repeats along the axes that a tensor is only spread over. */
  spread(laid: Laid, shape: readonly number[]): Laid {
    if (sameShape(laid.dims, shape)) return laid;
    const dims = physical(laid.layout, shape);
    return { ...laid, name: this.op('Expand', [laid.name, this.graph.integers(dims)]), dims: shape };
  }

  #constant(node: Node, layout: Layout): string {
    if (layout.block > 0) return this.convert(this.value(node), layout).name;
    const dims = [...new Array<number>(layout.order.length - node.shape.length).fill(1), ...node.shape];
    const values = sameLayout(layout, natural(dims.length))
      ? node.values!
      : permuteValues(node.values!, dims, layout.order);
    return this.graph.tensor(values, physical(layout, dims), node.dtype === 'bool');
  }
}

/** The layout that the most elements already have. */
export function prevailing(operands: readonly Laid[], rank: number): Layout {
  let best: Laid | null = null;
  for (const operand of operands)
    if (operand.dims.length === rank && (best === null || elements(operand.dims) > elements(best.dims)))
      best = operand;
  return best?.layout ?? natural(rank);
}

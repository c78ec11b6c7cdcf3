import { OnnxGraph } from '../onnx/graph.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type { Precision } from '../program.ts';
import { reachable, type Graph, type Node } from '../trace/graph.ts';
import type { KernelName } from '../trace/kernels.ts';
import { Chains } from './affine.ts';
import { blockedTable, preferring } from './blocked/table.ts';
import { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { blockedFilter, fillsBlocks, filterLayout, natural, physical, type Layout } from './layout.ts';
import { portable } from './table.ts';

/** Where an input or output of the function is found in the model, and how it lies there. */
export interface Port {
  readonly name: string;
  readonly layout: Layout;
  /** Of the values as they lie. */
  readonly dims: readonly number[];
}

export interface Lowered {
  readonly model: OnnxModel;
  readonly inputs: Readonly<Record<string, Port>>;
  readonly outputs: Readonly<Record<string, Port>>;
}

/** Filters that stay on the device lie as convolutions want them. */
function stateLayout({ shape }: Node, block: number): Layout {
  if (fillsBlocks(shape, block)) return blockedFilter(block);
  return shape.length === 4 ? filterLayout : natural(shape.length);
}

export interface LowerOptions {
  /** Output name → input name. */
  readonly state?: Readonly<Record<string, string>>;
  /** Channels in a block of ONNX Runtime's blocked operators; 0 for ONNX's own operators alone. */
  readonly block?: number;
  /** In mixed precision there are no blocks. */
  readonly precision?: Precision;
}

/** Writes a recorded function as an ONNX model; what does not lead to an output is left out. */
export function lower(
  graph: Graph,
  { state = {}, block = 0, precision = 'float32' }: LowerOptions = {},
): Lowered {
  if (block > 0 && precision === 'mixed') throw new Error('blocked operators take float32 only');
  const onnx = new OnnxGraph();
  const unchanging = Object.entries(state).flatMap(([output, input]) => {
    const node = graph.inputs[input];
    return node !== undefined && graph.outputs[output] === node ? [node] : [];
  });
  const context = new Context(onnx, precision, new Set(unchanging));
  const kept = new Set(Object.values(state));
  const inputs: Record<string, Port> = {};
  const order = reachable(Object.values(graph.outputs));
  const used = new Set(order);
  for (const [name, node] of Object.entries(graph.inputs)) {
    if (!used.has(node)) continue;
    const layout = kept.has(name) ? stateLayout(node, block) : natural(node.shape.length);
    const dims = physical(layout, node.shape);
    inputs[name] = { name: onnx.input(name, node.dtype, dims), layout, dims };
    context.set(node, { name, layout, dims: node.shape });
  }
  const chains = block > 0 ? new Chains(order, new Set(Object.values(graph.outputs)), block) : null;
  for (const node of order) {
    if (context.has(node) || chains?.absorbed(node) === true) continue;
    const chained = chains?.write(node, context) ?? null;
    for (const before of chained === null ? (chains?.left(node) ?? []) : [])
      context.set(before, lowering(before, block)(before, context));
    context.set(node, chained ?? lowering(node, block)(node, context));
  }
  const outputs: Record<string, Port> = {};
  for (const [key, node] of Object.entries(graph.outputs)) {
    // State that stays what it is.
    if (key in state && node === graph.inputs[state[key]!]) continue;
    const layout = key in state ? stateLayout(node, block) : natural(node.shape.length);
    const dims = physical(layout, node.shape);
    const name = key in inputs ? `${key}/next` : key;
    onnx.output(name, context.whole(node, layout), node.dtype, dims);
    outputs[key] = { name, layout, dims };
  }
  return { model: onnx.finish(), inputs, outputs };
}

function lowering({ kernel }: Node, block: number): Lowering {
  const name = kernel as KernelName;
  const first = blockedTable[name];
  return block > 0 && first !== undefined ? preferring(first, block, portable[name]) : portable[name];
}

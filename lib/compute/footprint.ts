import type { CompileOptions, TensorFunction } from './program.ts';
import { startTfjs } from './start.ts';
import { elements, type Node, reachable } from './trace/graph.ts';
import { record } from './trace/record.ts';

/**
 * Bytes of the tensors that a function holds at once, at most, of those made of what is fed to it anew, and constants;
 * weights and what is made of them alone do not count. What a device needs beyond that, it needs in proportion.
 */
export async function footprint(fn: TensorFunction, options: CompileOptions): Promise<number> {
  await startTfjs();
  const outputs = Object.values(record(fn, options).outputs);
  const nodes = reachable(outputs);
  // What is made of constants alone lies there like them.
  const constant = new Set<Node>();
  for (const node of nodes)
    if (node.kernel !== 'Input' && node.inputs.every((input) => constant.has(input))) constant.add(node);
  const order = nodes.filter((node) => node.fed || constant.has(node));
  const lastUse = new Map<Node, number>();
  order.forEach((node, at) => {
    for (const used of [node, ...node.inputs]) lastUse.set(owner(used), at);
  });
  const over = order.map((): Node[] => []);
  const kept = new Set(outputs.map(owner));
  for (const node of order) if (owner(node) === node && !kept.has(node)) over[lastUse.get(node)!]!.push(node);
  let [held, most] = [0, 0];
  order.forEach((node, at) => {
    held += bytesOf(node);
    most = Math.max(most, held);
    for (const gone of over[at]!) held -= bytesOf(gone);
  });
  return most;
}

/** Of a reshaped tensor, the one that it was made of. */
function owner(node: Node): Node {
  let whole = node;
  while (whole.kernel === 'Reshape') whole = whole.inputs[0]!;
  return whole;
}

function bytesOf(node: Node): number {
  return owner(node) === node ? 4 * elements(node.shape) : 0;
}

/** Channels of which several images can share a block, be it of 8 or of 16 channels (`imagesPerBlock`). */
const SHARED = [2, 4, 8];

/** Whether images that a function looks at may share blocks: then its results can differ in the last digits by how many there are. */
export async function sharesBlocks(fn: TensorFunction, options: CompileOptions): Promise<boolean> {
  await startTfjs();
  const nodes = reachable(Object.values(record(fn, options).outputs));
  return nodes.some(({ fed, shape }) => fed && shape.length === 4 && SHARED.includes(shape[3]!));
}

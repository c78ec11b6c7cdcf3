import type { FileNode, OnnxFile } from '../onnx/decode.ts';

/** What may stand between the product of queries and keys and its softmax: scaling, masks, and moving about. */
const BEFORE = new Set(['Mul', 'Div', 'Add', 'Sub', 'Where', 'Cast', 'Reshape', 'Identity', 'Clip', 'Tanh']);
/** What may stand between the softmax and the product with the values. */
const AFTER = new Set(['Dropout', 'Identity', 'Cast', 'Reshape']);

/**
 * Names of the outputs of every attention's softmax, in the order of the file: a Softmax of the product of two
 * activations, which is itself the first factor of a product.
 */
export function attentionsOf({ nodes, inputs }: OnnxFile): string[] {
  const producer = new Map<string, FileNode>();
  // What goes by the image; weights do not, however they were moved about.
  const activations = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    const active = node.op !== 'Shape' && node.inputs.some((name) => activations.has(name));
    for (const output of node.outputs) {
      producer.set(output, node);
      if (active) activations.add(output);
    }
  }

  function comesFromProduct(softmax: FileNode): boolean {
    const seen = new Set<string>();
    const stack = [softmax.inputs[0]!];
    while (stack.length > 0) {
      const name = stack.pop()!;
      const node = producer.get(name);
      if (node === undefined || seen.has(name)) continue;
      seen.add(name);
      if (node.op === 'MatMul' && node.inputs.every((input) => activations.has(input))) return true;
      if (BEFORE.has(node.op)) stack.push(...node.inputs);
    }
    return false;
  }

  function goesToProduct(name: string): boolean {
    return nodes.some(
      ({ op, inputs: operands, outputs }) =>
        operands[0] === name && (op === 'MatMul' || (AFTER.has(op) && goesToProduct(outputs[0]!))),
    );
  }

  return nodes
    .filter((node) => node.op === 'Softmax' && comesFromProduct(node) && goesToProduct(node.outputs[0]!))
    .map(({ outputs }) => outputs[0]!);
}

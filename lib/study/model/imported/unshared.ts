import type { FileNode, FileTensor, OnnxFile } from '../../../compute/onnx/decode.ts';

/**
 * The graph with a tensor for each name of a weight. PyTorch's exporter writes weights of equal values once, and the
 * others as `Identity` of that one: in a net before training every scale and running variance of a batch norm is 1, and
 * a checkpoint's values would go to one of them for all.
 */
export function unshared(file: OnnxFile): OnnxFile {
  const tensors: Record<string, FileTensor> = { ...file.tensors };
  const nodes: FileNode[] = [];
  for (const node of file.nodes) {
    const [input = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const tensor = Object.hasOwn(tensors, input) ? tensors[input]! : null;
    const isOutput = file.outputs.some(({ name }) => name === output);
    if (node.op === 'Identity' && node.domain === '' && tensor?.type === 'float32' && !isOutput)
      tensors[output] = { ...tensor, name: output };
    else nodes.push(node);
  }
  return { ...file, tensors, nodes };
}

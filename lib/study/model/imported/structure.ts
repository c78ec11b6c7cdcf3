import { ImportedGraph, ImportError } from '../../../compute/import/graph.ts';
import type { FileTensor, OnnxFile } from '../../../compute/onnx/decode.ts';

/** The key of weights files' metadata under which the structure of an imported net lies. */
export const STRUCTURE = 'structure';

/** All of a graph but the values of its weights, which is what its checkpoints share, as text. */
export function structureOf(graph: ImportedGraph): string {
  const weights = new Set(graph.weights);
  const tensors = Object.entries(graph.file.tensors).map(([name, tensor]): [string, unknown] => [
    name,
    { ...tensor, values: weights.has(name) ? [] : Array.from(tensor.values, numberText) },
  ]);
  const whole = { ...graph.file, tensors: Object.fromEntries(tensors) };
  return JSON.stringify(whole, (_, value: unknown) =>
    // Values of constants that are attributes.
    ArrayBuffer.isView(value) ? Array.from(value as unknown as Float64Array, numberText) : value,
  );
}

/** JSON has no infinities. */
function numberText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

type Written = Omit<FileTensor, 'values'> & { readonly values: readonly (number | string)[] };

function tensorOf(written: Written): FileTensor {
  const values = written.values.map(Number);
  return {
    ...written,
    values: written.type === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
  };
}

/** The graph of which a file's metadata tells. */
export function graphOf(metadata: Readonly<Record<string, string>>): ImportedGraph {
  const text = metadata[STRUCTURE];
  if (text === undefined) throw new Error('the file of weights does not say how the net is built');
  const file = JSON.parse(text) as OnnxFile & { readonly tensors: Record<string, Written> };
  const tensors = Object.fromEntries(
    Object.entries(file.tensors).map(([name, written]) => [name, tensorOf(written as Written)]),
  );
  const nodes = file.nodes.map((node) => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [
        key,
        typeof value === 'object' && 'dims' in value ? tensorOf(value as unknown as Written) : value,
      ]),
    ),
  }));
  return new ImportedGraph({ ...file, nodes, tensors });
}

/** Throws an `ImportError` unless another file's graph is the same but for its weights' values. */
export function checkSameStructure(graph: OnnxFile, other: OnnxFile): void {
  const places = Math.max(graph.nodes.length, other.nodes.length);
  for (let i = 0; i < places; i++) {
    const [here, there] = [graph.nodes[i], other.nodes[i]].map((node) =>
      node === undefined ? 'nothing' : JSON.stringify([node.op, node.inputs, node.outputs, node.attributes]),
    );
    if (here !== there)
      throw new ImportError(
        `it is built otherwise than the graph: ${graph.nodes[i]?.op ?? 'nothing'} '${graph.nodes[i]?.name ?? ''}' is ` +
          `${other.nodes[i]?.op ?? 'nothing'} '${other.nodes[i]?.name ?? ''}' there; export every epoch with ` +
          'do_constant_folding=False, or one graph and the weights as .safetensors',
      );
  }
}

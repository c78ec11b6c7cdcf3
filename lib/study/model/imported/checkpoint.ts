import { ImportedGraph, ImportError } from '../../../compute/import/graph.ts';
import { decodeModel, NotOnnx, type OnnxFile } from '../../../compute/onnx/decode.ts';
import type { TensorMap } from '../../../compute/program.ts';
import { readNpz } from './npz.ts';
import { readSafetensors } from './safetensors.ts';
import { checkSameStructure } from './structure.ts';
import { unshared } from './unshared.ts';
import { importWeights } from './weights.ts';

/** A file with its name, which says what it is. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What goes wrong with a file, behind its name. */
function ofFile<T>({ name }: NamedBytes, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ImportError || error instanceof NotOnnx)) throw error;
    throw new ImportError(`${name}: ${error.message}`, { cause: error });
  }
}

function onnxFile(file: NamedBytes): OnnxFile {
  return unshared(decodeModel(file.bytes));
}

/** The graph of an `.onnx` file. Throws `ImportError`. */
export function readGraph(file: NamedBytes): ImportedGraph {
  return ofFile(file, () => new ImportedGraph(onnxFile(file)));
}

/** A checkpoint's weights, of a `.safetensors`, `.npz` or `.onnx` file, as the graph's. Throws `ImportError`. */
export function readCheckpoint(graph: ImportedGraph, file: NamedBytes): TensorMap {
  return ofFile(file, () => {
    if (file.name.endsWith('.safetensors')) return importWeights(graph, readSafetensors(file.bytes));
    if (file.name.endsWith('.npz')) return importWeights(graph, readNpz(file.bytes));
    if (file.name.endsWith('.onnx')) {
      const other = onnxFile(file);
      checkSameStructure(graph.file, other);
      return importWeights(graph, other.tensors);
    }
    throw new ImportError(
      'weights are read from .safetensors, .npz and .onnx files; of a .pt or .pth file, PyTorch makes one with ' +
        'safetensors.torch.save_file(model.state_dict(), path)',
    );
  });
}

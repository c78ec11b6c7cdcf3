import { lower } from './lower/lower.ts';
import { encodeModel } from './onnx/encode.ts';
import type { TensorFunction, TensorMap, TensorSpec } from './program.ts';
import { startTfjs } from './start.ts';
import { record } from './trace/record.ts';

interface ExportOptions {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly constants?: TensorMap;
}

/**
 * A function as the bytes of an `.onnx` file: ONNX's own operators only (opset 18), so that any runtime
 * loads it. Inputs and outputs keep their names and shapes; images stay [batch, height, width, channels].
 */
export async function exportOnnx(fn: TensorFunction, options: ExportOptions): Promise<Uint8Array> {
  await startTfjs();
  const graph = record(fn, options);
  const shared = Object.keys(graph.outputs).find((name) => options.inputs[name] !== undefined);
  if (shared !== undefined)
    throw new Error(`'${shared}' is both an input and an output: an .onnx file needs two names`);
  return encodeModel(lower(graph).model);
}

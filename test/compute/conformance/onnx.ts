import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import protobuf from 'protobufjs/minimal.js';
import { ImportedGraph, ImportError } from '../../../lib/compute/import/graph.ts';
import { image, inOrder, known, plain, type Value } from '../../../lib/compute/import/value.ts';
import { decodeModel, decodeTensor, type FileTensor } from '../../../lib/compute/onnx/decode.ts';
import type { Engine, TensorValue } from '../../../lib/compute/program.ts';

/** One of ONNX's own tests of a backend: a graph, its inputs, and what comes out. */
export interface NodeCase {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly FileTensor[];
  readonly outputs: readonly FileTensor[];
}

/** See fixtures/onnx_node_tests.py. */
export function nodeCases(): readonly NodeCase[] {
  const bytes = gunzipSync(readFileSync('test/compute/conformance/fixtures/onnx-node-tests.gz'));
  const length = bytes.readUInt32LE(0);
  const index = JSON.parse(bytes.subarray(4, 4 + length).toString()) as {
    readonly name: string;
    readonly inputs: number;
    readonly sizes: readonly number[];
  }[];
  let at = 4 + length;
  return index.map(({ name, inputs, sizes }) => {
    const [model, ...tensors] = sizes.map((size) => bytes.subarray(at, (at += size)));
    const read = tensors.map((part) => decodeTensor(protobuf.Reader.create(part), part.length));
    return { name, model: model!, inputs: read.slice(0, inputs), outputs: read.slice(inputs) };
  });
}

/** Refused: in words, before anything ran. */
export type Outcome = 'passed' | { readonly refused: string } | { readonly wrong: string };

/** From which operand on numbers are known while the graph is read: all are fed, the first is, none is. */
const KNOWN_FROM = [Infinity, 1, 0];

/** Imports, records, lowers and runs a case, and compares. `asImage`: the first operand lies channels last. */
export async function runCase(engine: Engine, node: NodeCase, asImage = false): Promise<Outcome> {
  let refused = '';
  for (const from of KNOWN_FROM) {
    try {
      return await attempt(engine, node, from, asImage);
    } catch (error) {
      if (!(error instanceof ImportError))
        return { wrong: error instanceof Error ? error.message : String(error) };
      refused ||= error.message;
      if (!error.message.includes('must be known')) break;
    }
  }
  return { refused };
}

async function attempt(
  engine: Engine,
  { model, inputs, outputs }: NodeCase,
  knownFrom: number,
  asImage: boolean,
): Promise<Outcome> {
  const graph = new ImportedGraph(decodeModel(model));
  const names = graph.file.inputs.map(({ name }) => name);
  const wanted = graph.file.outputs.slice(0, outputs.length).map(({ name }) => name);
  // Whole numbers of 64 bits are shapes, axes and the like, and lie in the graph of any net.
  const isKnown = (i: number): boolean => i >= knownFrom || isInt64(graph, names[i]!);
  const fed: Record<string, TensorValue> = {};
  inputs.forEach(({ dims, type, values }, i) => {
    if (isKnown(i)) return;
    const float = type === 'float32';
    fed[names[i]!] = {
      shape: dims,
      dtype: float ? 'float32' : 'int32',
      values: float ? Float32Array.from(values) : Int32Array.from(values),
    };
  });
  const program = await engine.compile(
    (tensors) => {
      const given = inputs.map(({ dims, type, values }, i): [string, Value] => {
        const name = names[i]!;
        if (isKnown(i)) return [name, known(values, dims, type !== 'float32')];
        const tensor = type === 'bool' ? tf.cast(tensors[name]!, 'bool') : tensors[name]!;
        const last = asImage && i === 0 && dims.length === 4 && type === 'float32';
        return [name, last ? image(tf.transpose(tensor, [0, 2, 3, 1])) : plain(tensor)];
      });
      const results = graph.run(Object.fromEntries(given), {}, wanted, { relu: tf.relu });
      return Object.fromEntries(
        wanted.map((name, i) => [
          `y${i}`,
          tf.cast(tf.clone(inOrder(results[name]!)), outputs[i]!.type === 'float32' ? 'float32' : 'int32'),
        ]),
      );
    },
    {
      inputs: Object.fromEntries(
        Object.entries(fed).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
      ),
    },
  );
  const results = await program.run(fed);
  await program.dispose();
  return (
    outputs.map((output, i) => compared(results[`y${i}`]!, output)).find((found) => found !== 'passed') ??
    'passed'
  );
}

const INT64 = 7;

function isInt64({ file }: ImportedGraph, name: string): boolean {
  return file.inputs.find((input) => input.name === name)?.type === INT64;
}

/** As ONNX compares: within a thousandth, and 1e-5. */
function compared({ shape, values }: TensorValue, wanted: FileTensor): Outcome {
  if (shape.join() !== wanted.dims.join())
    return { wrong: `[${shape.join()}] is to be [${wanted.dims.join()}]` };
  for (let i = 0; i < wanted.values.length; i++) {
    const [here, there] = [values[i]!, wanted.values[i]!];
    if (Object.is(here, there) || here === there || (Number.isNaN(here) && Number.isNaN(there))) continue;
    if (!(Math.abs(here - there) <= 1e-5 + 1e-3 * Math.abs(there)))
      return { wrong: `element ${i} is ${here}, to be ${there}` };
  }
  return 'passed';
}

import { readFileSync } from 'node:fs';
import { type NamedBytes, readGraph } from '../../../lib/study/model/imported/checkpoint.ts';
import { readSafetensors } from '../../../lib/study/model/imported/safetensors.ts';
import type { ImportedGraph } from '../../../lib/compute/import/graph.ts';
import type { FileTensor } from '../../../lib/compute/onnx/decode.ts';

/** What PyTorch wrote: see torch_nets.py and train_nets.py. */
export function fixture(name: string): NamedBytes {
  return { name, bytes: readFileSync(new URL(`fixtures/${name}`, import.meta.url)) };
}

export function graphFixture(name: string): ImportedGraph {
  return readGraph(fixture(name));
}

/** What PyTorch and Captum say of a net. */
export function expected(name: string): Record<string, FileTensor> {
  return readSafetensors(fixture(name).bytes);
}

import * as tf from '@tensorflow/tfjs-core';
import type { TensorFunction, TensorMap, TensorSpec } from '../program.ts';
import { RecordingBackend } from './backend.ts';
import type { GraphBuilder } from './builder.ts';
import type { Graph, Node } from './graph.ts';
import { register } from './register.ts';

const backend = new RecordingBackend();

/** The name this copy's backend is registered under, once it has been needed. */
let name: string | null = null;

interface Recording {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly constants?: TensorMap;
  /** Output name → input name. */
  readonly state?: Readonly<Record<string, string>>;
}

/** Calls `fn` once, with tensors that stand for its inputs, and gives what it did. */
export function record(fn: TensorFunction, recording: Recording): Graph {
  name ??= register(backend);
  const before = tf.backend();
  const previous = tf.getBackend();
  if (before === backend) throw new Error('a compiled function cannot compile another');
  void tf.setBackend(name);
  try {
    return backend.record((builder) => recordedGraph(fn, recording, builder));
  } finally {
    void tf.setBackend(previous);
  }
}

function recordedGraph(
  fn: TensorFunction,
  { inputs: specs, constants = {}, state = {} }: Recording,
  builder: GraphBuilder,
): Graph {
  const kept = new Set(Object.values(state));
  const inputs = Object.fromEntries(
    Object.entries(specs).map(([key, { shape, dtype }]) => [
      key,
      builder.input(key, shape, dtype, !kept.has(key)),
    ]),
  );
  const known = Object.entries(constants).map(
    ([key, { values, shape, dtype }]) => [key, builder.constant(values, shape, dtype)] as const,
  );
  const outputs: Record<string, Node> = {};
  tf.tidy(() => {
    const given = Object.fromEntries(
      [...Object.entries(inputs), ...known].map(([key, node]) => [
        key,
        tf.engine().makeTensorFromTensorInfo(backend.tensorOf(node)),
      ]),
    );
    for (const [key, tensor] of Object.entries(fn(given))) outputs[key] = backend.nodeOf(tensor);
  });
  return { inputs, outputs };
}

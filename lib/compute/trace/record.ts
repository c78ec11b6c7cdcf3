import * as tf from '@tensorflow/tfjs-core';
import type { TensorFunction, TensorMap, TensorSpec } from '../program.ts';
import { registerGradients } from '../gradients.ts';
import { GraphBuilder } from './builder.ts';
import { type Graph, type Node, type ValueType, elements } from './graph.ts';
import { kernels, type KernelName } from './kernels.ts';

type DataId = object;

/** A tfjs backend that computes nothing: a tensor's data is the node that will give it. */
class RecordingBackend extends tf.KernelBackend {
  #nodes = new WeakMap<DataId, Node>();
  #builder: GraphBuilder | null = null;

  /** Runs `trace` with a fresh graph to record into. */
  record<T>(trace: (builder: GraphBuilder) => T): T {
    const builder = new GraphBuilder();
    this.#builder = builder;
    try {
      return trace(builder);
    } finally {
      this.#builder = null;
      this.#nodes = new WeakMap();
    }
  }

  get builder(): GraphBuilder {
    if (this.#builder === null) throw new Error('a recorded tensor was used outside the compiled function');
    return this.#builder;
  }

  /** A tensor that other backends hold is a constant of the program. */
  nodeOf(tensor: tf.TensorInfo): Node {
    const node = this.#nodes.get(tensor.dataId);
    if (node !== undefined) return sameElements(node, tensor.shape, this.builder);
    const holder = tf.engine().state.tensorInfo.get(tensor.dataId)?.backend;
    if (holder === undefined || holder === this)
      throw new Error('a tensor recorded for another compiled function was used in this one');
    const values = holder.readSync(tensor.dataId);
    return this.builder.constant(numbers(values), tensor.shape, valueType(tensor.dtype));
  }

  tensorOf(node: Node): tf.TensorInfo {
    const dataId = {};
    this.#nodes.set(dataId, node);
    return { dataId, shape: [...node.shape], dtype: node.dtype };
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const dataId = {};
    this.#nodes.set(dataId, this.builder.constant(numbers(values), shape, valueType(dtype)));
    return dataId;
  }

  override readSync(): never {
    throw new Error(
      `a tensor inside a compiled function has no values yet, so ${asking()} cannot read them; ` +
        'return it as an output and read that',
    );
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the error belongs in the promise
  override async read(): Promise<never> {
    return this.readSync();
  }

  override disposeData(): boolean {
    return true;
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {
    // Nodes are collected with the graph.
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    // Holds nothing outside the JavaScript heap.
  }
}

function sameElements(node: Node, shape: readonly number[], builder: GraphBuilder): Node {
  if (elements(node.shape) !== elements(shape)) throw new Error('a tensor changed its size while recording');
  return builder.apply('Reshape', [node], { shape: [...shape] });
}

function valueType(dtype: tf.DataType): ValueType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`a compiled function works on float32, int32 and bool tensors, not ${dtype}`);
}

function numbers(values: tf.BackendValues): Float32Array | Int32Array {
  if (values instanceof Float32Array || values instanceof Int32Array) return values.slice();
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return Int32Array.from(values);
  if (values.every((value) => typeof value === 'number')) return Float32Array.from(values);
  throw new Error('a compiled function has no text tensors');
}

/** The tfjs functions running now, outermost first; tfjs names a scope after each. */
function running(): string[] {
  const { state } = tf.engine();
  return [...state.scopeStack]
    .map(({ name }) => name)
    .filter((name) => name.endsWith('__op'))
    .map((name) => `tf.${name.slice(0, -'__op'.length)}`);
}

function asking(): string {
  return running().at(-1) ?? 'the function';
}

const backend = new RecordingBackend();

/** One name per copy of this module: several bundles may share one tfjs. */
function freeName(): string {
  for (let i = 0; ; i++) {
    const name = `recording-${i}`;
    if (!tf.engine().backendNames().includes(name)) return name;
  }
}

/** Kernels recorded as others. */
const rewritten: Readonly<Record<string, tf.KernelFunc>> = {
  Identity: ({ inputs }) => backend.tensorOf(backend.nodeOf(inputs.x!)),
  Fill: ({ attrs }) => {
    const { shape, value, dtype } = attrs as { shape: number[]; value: number; dtype?: tf.DataType };
    return backend.tensorOf(backend.builder.fill(value, shape, valueType(dtype ?? 'float32')));
  },
  ZerosLike: ({ inputs }) => filled(inputs.x!, 0),
  OnesLike: ({ inputs }) => filled(inputs.x!, 1),
  Square: ({ inputs }) => {
    const x = backend.nodeOf(inputs.x!);
    return backend.tensorOf(backend.builder.apply('Multiply', [x, x]));
  },
  SquaredDifference: ({ inputs }) => {
    const { builder } = backend;
    const difference = builder.apply('Sub', [backend.nodeOf(inputs.a!), backend.nodeOf(inputs.b!)]);
    return backend.tensorOf(builder.apply('Multiply', [difference, difference]));
  },
  AddN: ({ inputs }) => {
    const nodes = Object.values(inputs).map((tensor) => backend.nodeOf(tensor as tf.TensorInfo));
    return backend.tensorOf(nodes.reduce((sum, node) => backend.builder.apply('Add', [sum, node])));
  },
  Pack: ({ inputs, attrs }) => {
    const { builder } = backend;
    const nodes = Object.values(inputs).map((tensor) => backend.nodeOf(tensor as tf.TensorInfo));
    const { axis } = attrs as { axis: number };
    const shape = nodes[0]!.shape.toSpliced(axis, 0, 1);
    const parts = nodes.map((node) => builder.apply('Reshape', [node], { shape }));
    return backend.tensorOf(builder.apply('Concat', parts, { axis }));
  },
};

function filled(tensor: tf.TensorInfo, value: number): tf.TensorInfo {
  return backend.tensorOf(backend.builder.fill(value, tensor.shape, valueType(tensor.dtype)));
}

/** The name this copy's backend is registered under, once it has been needed. */
let name: string | null = null;

function register(): string {
  registerGradients();
  const backendName = freeName();
  tf.registerBackend(backendName, () => backend, 0);
  const known: Readonly<Record<string, { inputs: readonly string[] | 'list' }>> = kernels;
  for (const [kernelName, { inputs: names }] of Object.entries(known))
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const tensors: unknown[] =
          names === 'list' ? Object.values(inputs) : names.map((name) => inputs[name]);
        const nodes = tensors.map((tensor) => backend.nodeOf(tensor as tf.TensorInfo));
        return backend.tensorOf(backend.builder.apply(kernelName as KernelName, nodes, attrs ?? {}));
      },
    });
  for (const [kernelName, kernelFunc] of Object.entries(rewritten))
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  const recorded = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    if (!recorded.has(kernelName))
      tf.registerKernel({
        kernelName,
        backendName,
        kernelFunc: () => {
          throw new Error(
            `${asking()} uses the tfjs kernel ${kernelName}, which does not compile yet; write it with other ` +
              'functions, or run the whole function with engine.backend: js',
          );
        },
      });
  return backendName;
}

interface Recording {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly constants?: TensorMap;
  /** Output name → input name. */
  readonly state?: Readonly<Record<string, string>>;
}

/** Calls `fn` once, with tensors that stand for its inputs, and gives what it did. */
export function record(fn: TensorFunction, recording: Recording): Graph {
  name ??= register();
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

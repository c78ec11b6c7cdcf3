import * as tf from '@tensorflow/tfjs-core';
import { GraphBuilder } from './builder.ts';
import { elements, type Node, type ValueType } from './graph.ts';

type DataId = object;

/** A tfjs backend that computes nothing: a tensor's data is the node that will give it. */
export class RecordingBackend extends tf.KernelBackend {
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
    return this.tensorOf(this.given(numbers(values), shape, valueType(dtype))).dataId;
  }

  /** The node of values that tfjs makes a tensor of. */
  protected given(values: Float32Array | Int32Array, shape: readonly number[], dtype: ValueType): Node {
    return this.builder.constant(values, shape, dtype);
  }

  /** The node that data stands for. */
  protected held(dataId: DataId): Node | undefined {
    return this.#nodes.get(dataId);
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- backends that have values need it
  override readSync(_dataId: DataId): tf.BackendValues {
    throw new Error(
      `a tensor inside a compiled function has no values yet, so ${asking()} cannot read them; ` +
        'return it as an output and read that',
    );
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- an error belongs in the promise
  override async read(dataId: DataId): Promise<tf.BackendValues> {
    return this.readSync(dataId);
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

export function valueType(dtype: tf.DataType): ValueType {
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

/** Whose doing this is, in messages. */
export function asking(): string {
  return running()[0] ?? 'the function';
}

import { createRequire } from 'node:module';
import type { BackendValues } from '@tensorflow/tfjs-core';
import { lower } from '../../../lib/compute/lower/lower.ts';
import { encodeModel } from '../../../lib/compute/onnx/encode.ts';
import { RecordingBackend } from '../../../lib/compute/trace/backend.ts';
import { GraphBuilder } from '../../../lib/compute/trace/builder.ts';
import { reachable, type Node, type ValueType } from '../../../lib/compute/trace/graph.ts';

interface Held {
  readonly type: ValueType;
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly dims: readonly number[];
}

/** ONNX Runtime as it is underneath its promises: tfjs's tests read values where they stand. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: Record<string, unknown>, fetches: Record<string, null>, options: object): Record<string, Held>;
  dispose(): void;
}

const native = createRequire(
  createRequire(`${process.cwd()}/package.json`).resolve('onnxruntime-node/package.json'),
);
const runtime = native('./dist/binding.js') as {
  initOrt(): void;
  readonly binding: { InferenceSession: new () => NativeSession };
};
const { Tensor } = native('onnxruntime-common') as {
  Tensor: new (type: ValueType, data: Held['data'], dims: readonly number[]) => unknown;
};

/** The recorder with values: what tfjs makes is fed, and what it reads is lowered and run there and then. */
export class ComputingBackend extends RecordingBackend {
  readonly #graph = new GraphBuilder();
  readonly #fed = new Map<string, Float32Array | Int32Array>();
  /** Programs run so far. */
  runs = 0;

  override get builder(): GraphBuilder {
    return this.#graph;
  }

  protected override given(
    values: Float32Array | Int32Array,
    shape: readonly number[],
    dtype: ValueType,
  ): Node {
    const name = `x${this.#fed.size}`;
    this.#fed.set(name, values);
    return this.#graph.input(name, shape, dtype, true);
  }

  override readSync(dataId: object): BackendValues {
    const node = this.held(dataId);
    if (node === undefined) throw new Error('a tensor of another backend was read');
    const inputs = reachable([node]).filter(({ kernel }) => kernel === 'Input');
    const named = Object.fromEntries(inputs.map((input) => [String(input.attributes.name), input]));
    const { model, inputs: ports } = lower({ inputs: named, outputs: { result: node } });
    const bytes = encodeModel(model);
    runtime.initOrt();
    const session = new runtime.binding.InferenceSession();
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const feeds = Object.entries(ports).map(
      ([name, port]) => [port.name, this.#feed(name, named[name]!)] as const,
    );
    const { result } = session.run(Object.fromEntries(feeds), { result: null }, {});
    session.dispose();
    this.runs++;
    if (result!.dims.join() !== node.shape.join() || result!.type !== node.dtype)
      throw new Error(
        `${result!.type} [${result!.dims.join()}] came out; ${node.dtype} [${node.shape.join()}] was recorded`,
      );
    return node.dtype === 'bool' ? Uint8Array.from(result!.data) : result!.data.slice();
  }

  #feed(name: string, { dtype, shape }: Node): unknown {
    const values = this.#fed.get(name)!;
    return new Tensor(dtype, dtype === 'bool' ? Uint8Array.from(values) : values, shape);
  }
}

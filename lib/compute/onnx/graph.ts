import { createHash } from 'node:crypto';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxPort, OnnxTensor, OnnxType } from './model.ts';

/** Equal tensors are merged: beyond this many bytes, those of the same digest. */
const COMPARED_BYTES = 1 << 10;

/** An ONNX graph being written. Values are known by name. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #inputs: OnnxPort[] = [];
  readonly #outputs: OnnxPort[] = [];
  readonly #merged = new Map<string, string>();
  #count = 0;

  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    const key = JSON.stringify([op, domain, inputs, attributes]);
    const present = this.#merged.get(key);
    if (present !== undefined) return present;
    const output = `_${this.#count++}`;
    this.#nodes.push({ op, domain, inputs, output, attributes });
    this.#merged.set(key, output);
    return output;
  }

  /** A tensor known when the graph is written. */
  tensor(values: Float32Array | Int32Array | BigInt64Array, dims: readonly number[], asBool = false): string {
    const type: OnnxType =
      values instanceof Float32Array
        ? 'float32'
        : values instanceof BigInt64Array
          ? 'int64'
          : asBool
            ? 'bool'
            : 'int32';
    const stored = type === 'bool' ? Uint8Array.from(values as Int32Array) : values;
    const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    const content =
      bytes.length > COMPARED_BYTES
        ? createHash('sha256').update(bytes).digest('hex')
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const key = `${type} ${dims.join()} ${content}`;
    const present = this.#merged.get(key);
    if (present !== undefined) return present;
    const name = `_${this.#count++}`;
    this.#initializers.push({ name, type, dims, bytes });
    this.#merged.set(key, name);
    return name;
  }

  /** A list of integers, as shapes, axes and pads are given. */
  integers(values: readonly number[]): string {
    return this.tensor(BigInt64Array.from(values, BigInt), [values.length]);
  }

  scalar(value: number): string {
    return this.tensor(Float32Array.of(value), []);
  }

  input(name: string, type: OnnxType, dims: readonly number[]): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  output(name: string, value: string, type: OnnxType, dims: readonly number[]): void {
    this.#nodes.push({ op: 'Identity', domain: '', inputs: [value], output: name, attributes: {} });
    this.#outputs.push({ name, type, dims });
  }

  /** The model, without what no output needs. */
  finish(): OnnxModel {
    const used = new Set(this.#outputs.map(({ name }) => name));
    const nodes: OnnxNode[] = [];
    for (const node of [...this.#nodes].reverse()) {
      if (!used.has(node.output)) continue;
      nodes.push(node);
      for (const input of node.inputs) used.add(input);
    }
    return {
      nodes: nodes.reverse(),
      initializers: this.#initializers.filter(({ name }) => used.has(name)),
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }
}

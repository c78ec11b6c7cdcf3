import * as ort from 'onnxruntime-node';
import { checkTensors, declared, STATE_NOT_SET, type Declared } from '../check.ts';
import { inMemory, natural } from '../lower/layout.ts';
import type { Lowered, Port } from '../lower/lower.ts';
import type { OnnxModel, OnnxPort, OnnxType } from '../onnx/model.ts';
import type { CompileOptions, Program, TensorMap, TensorSpec, TensorValue } from '../program.ts';
import { permuteValues } from '../trace/fold.ts';

/** Values in row-major order as they lie on the device. */
function toDevice({ values, shape, dtype }: TensorValue, { layout, dims }: Port): ort.Tensor {
  const { split, perm } = inMemory(layout, shape);
  const moved = perm.every((axis, i) => axis === i) ? values : permuteValues(values, split, perm);
  return moved instanceof Float32Array
    ? new ort.Tensor('float32', moved, dims)
    : new ort.Tensor(dtype as 'int32', moved, dims);
}

/** The opposite: a copy, since the tensor's memory is the runtime's. */
function fromDevice(tensor: ort.Tensor, spec: TensorSpec, { layout }: Port): TensorValue {
  const data = numbers(tensor);
  const { split, perm } = inMemory(layout, spec.shape);
  const inverse = split.map((_, axis) => perm.indexOf(axis));
  const present = perm.map((axis) => split[axis]!);
  const values = inverse.every((axis, i) => axis === i)
    ? data.slice()
    : permuteValues(data, present, inverse);
  return { dtype: spec.dtype, shape: [...spec.shape], values };
}

function numbers({ type, data }: ort.Tensor): Float32Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Uint8Array) return Int32Array.from(data);
  throw new Error(`ONNX Runtime gave a tensor of type ${type}`);
}

type Tensors = Record<string, ort.Tensor>;

/** What a program runs on each call, and before the first of them since its state was set. */
export interface Sessions {
  readonly call: ort.InferenceSession;
  /** From state that no call changes; null where nothing is made of it. */
  readonly before: ort.InferenceSession | null;
  /** One more on the same device, whose outputs come back from it. */
  open(model: OnnxModel): Promise<ort.InferenceSession>;
}

export class SessionProgram implements Program {
  readonly #sessions: Sessions;
  readonly #lowered: Lowered;
  readonly #outputs: Readonly<Record<string, TensorSpec>>;
  readonly #declared: Declared;
  /** Output name → input name. */
  readonly #state: Readonly<Record<string, string>>;
  #kept: Tensors | null = null;
  /** What `before` gave for the state as it is. */
  #prepared: Tensors | null = null;
  /** Copies state from the device; made when it is first read. */
  #reader: ort.InferenceSession | null = null;
  #disposed = false;

  constructor(
    sessions: Sessions,
    lowered: Lowered,
    outputs: Readonly<Record<string, TensorSpec>>,
    options: CompileOptions,
  ) {
    this.#sessions = sessions;
    this.#lowered = lowered;
    this.#outputs = outputs;
    this.#declared = declared(options);
    this.#state = options.state ?? {};
    if (Object.keys(this.#declared.kept).length === 0) this.#kept = {};
  }

  async run(inputs: TensorMap): Promise<TensorMap> {
    if (this.#disposed) throw new Error('this program was disposed of');
    checkTensors(inputs, this.#declared.fed, 'input');
    if (this.#kept === null) throw new Error(STATE_NOT_SET);
    const { inputs: ports, outputs } = this.#lowered;
    const feeds: Tensors = {};
    for (const [name, port] of Object.entries(ports))
      feeds[port.name] = this.#kept[name] ?? toDevice(inputs[name]!, port);
    const { call, before } = this.#sessions;
    if (before !== null) this.#prepared ??= await before.run(taken(feeds, before));
    const results = await call.run(taken({ ...feeds, ...this.#prepared }, call));
    const kept = { ...this.#kept };
    const given: Record<string, TensorValue> = {};
    for (const [name, port] of Object.entries(outputs)) {
      const result = results[port.name]!;
      const input = this.#state[name];
      if (input === undefined) given[name] = fromDevice(result, this.#outputs[name]!, port);
      else {
        release(kept[input]);
        kept[input] = result;
      }
    }
    this.#kept = kept;
    return given;
  }

  setState(values: TensorMap): void {
    checkTensors(values, this.#declared.kept, 'state input');
    this.#forget();
    this.#kept = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        toDevice({ ...value, values: value.values.slice() }, this.#port(name)),
      ]),
    );
  }

  async getState(): Promise<TensorMap> {
    if (this.#kept === null) throw new Error(STATE_NOT_SET);
    const kept = await this.#brought(this.#kept);
    return Object.fromEntries(
      Object.entries(this.#declared.kept).map(([name, spec]) => [
        name,
        fromDevice(kept[name]!, spec, this.#port(name)),
      ]),
    );
  }

  /**
   * Tensors where they can be read. Those on a device pass through a model that copies them: reading one by
   * itself ends the process (onnxruntime-node 1.30, WebGPU).
   */
  async #brought(tensors: Tensors): Promise<Tensors> {
    const away = Object.entries(tensors).filter(([, { location }]) => location !== 'cpu');
    if (away.length === 0) return tensors;
    const ports = away.map(([name, { type, dims }]) => ({ name, type: type as OnnxType, dims }));
    this.#reader ??= await this.#sessions.open(copying(ports));
    const copies = await this.#reader.run(Object.fromEntries(away));
    return {
      ...tensors,
      ...Object.fromEntries(away.map(([name]) => [name, copies[copyOf(name)]!])),
    };
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#forget();
    await this.#sessions.call.release();
    await this.#sessions.before?.release();
    await this.#reader?.release();
  }

  #forget(): void {
    for (const tensor of Object.values({ ...this.#kept, ...this.#prepared })) release(tensor);
    this.#kept = null;
    this.#prepared = null;
  }

  /** Where a state input lies; one that the function never uses lies where its output does. */
  #port(name: string): Port {
    const output = Object.keys(this.#state).find((key) => this.#state[key] === name)!;
    const { shape } = this.#declared.kept[name]!;
    return (
      this.#lowered.inputs[name] ??
      this.#lowered.outputs[output] ?? { name, layout: natural(shape.length), dims: shape }
    );
  }
}

function copyOf(name: string): string {
  return `${name}/copy`;
}

function copying(ports: readonly OnnxPort[]): OnnxModel {
  return {
    nodes: ports.map(({ name }) => ({
      op: 'Identity',
      domain: '',
      inputs: [name],
      output: copyOf(name),
      attributes: {},
    })),
    initializers: [],
    inputs: ports,
    outputs: ports.map((port) => ({ ...port, name: copyOf(port.name) })),
  };
}

/** Frees memory of a device; the processor's is collected. */
function release(tensor: ort.Tensor | undefined): void {
  if (tensor !== undefined && tensor.location !== 'cpu') tensor.dispose();
}

/** Those that a session has inputs for. */
function taken(tensors: Tensors, { inputNames }: ort.InferenceSession): Tensors {
  return Object.fromEntries(inputNames.map((name) => [name, tensors[name]!]));
}

import * as ort from 'onnxruntime-node';
import { checkState, checkTensors, declared, STATE_NOT_SET, type Declared } from '../check.ts';
import { natural } from '../lower/layout.ts';
import { lower, type Lowered, type Port } from '../lower/lower.ts';
import { encodeModel } from '../onnx/encode.ts';
import { hoist } from '../onnx/hoist.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type {
  CompileOptions,
  Engine,
  Program,
  TensorFunction,
  TensorMap,
  TensorSpec,
  TensorValue,
} from '../program.ts';
import { tryDevice, type Device } from './device.ts';
import { cpuLayout, type CpuLayout } from './layout.ts';
import { permuteValues } from '../trace/fold.ts';
import { record } from '../trace/record.ts';

/** Values in row-major order as they lie on the device. */
function toDevice({ values, shape, dtype }: TensorValue, { layout, dims }: Port): ort.Tensor {
  const moved = layout.order.every((axis, i) => axis === i)
    ? values
    : permuteValues(values, shape, layout.order);
  return moved instanceof Float32Array
    ? new ort.Tensor('float32', moved, dims)
    : new ort.Tensor(dtype as 'int32', moved, dims);
}

/** The opposite: a copy, since the tensor's memory is the runtime's. */
function fromDevice(data: Float32Array | Int32Array, spec: TensorSpec, { layout, dims }: Port): TensorValue {
  const inverse = spec.shape.map((_, axis) => layout.order.indexOf(axis));
  const values = inverse.every((axis, i) => axis === i) ? data.slice() : permuteValues(data, dims, inverse);
  return { dtype: spec.dtype, shape: [...spec.shape], values };
}

function numbers({ type, data }: ort.Tensor): Float32Array | Int32Array {
  if (data instanceof Float32Array || data instanceof Int32Array) return data;
  if (data instanceof Uint8Array) return Int32Array.from(data);
  throw new Error(`ONNX Runtime gave a tensor of type ${type}`);
}

type Tensors = Record<string, ort.Tensor>;

/** What a program runs on each call, and before the first of them since its state was set. */
interface Sessions {
  readonly call: ort.InferenceSession;
  /** From state that no call changes; null where nothing is made of it. */
  readonly before: ort.InferenceSession | null;
}

class SessionProgram implements Program {
  readonly #sessions: Sessions;
  readonly #lowered: Lowered;
  readonly #outputs: Readonly<Record<string, TensorSpec>>;
  readonly #declared: Declared;
  /** Output name → input name. */
  readonly #state: Readonly<Record<string, string>>;
  #kept: Tensors | null = null;
  /** What `before` gave for the state as it is. */
  #prepared: Tensors | null = null;
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
      if (input === undefined) given[name] = fromDevice(numbers(result), this.#outputs[name]!, port);
      else kept[input] = result;
    }
    this.#kept = kept;
    return given;
  }

  setState(values: TensorMap): void {
    checkTensors(values, this.#declared.kept, 'state input');
    this.#prepared = null;
    this.#kept = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        toDevice({ ...value, values: value.values.slice() }, this.#port(name)),
      ]),
    );
  }

  getState(): Promise<TensorMap> {
    const kept = this.#kept;
    if (kept === null) return Promise.reject(new Error(STATE_NOT_SET));
    return Promise.resolve(
      Object.fromEntries(
        Object.entries(this.#declared.kept).map(([name, spec]) => [
          name,
          fromDevice(numbers(kept[name]!), spec, this.#port(name)),
        ]),
      ),
    );
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#kept = null;
    this.#prepared = null;
    await this.#sessions.call.release();
    await this.#sessions.before?.release();
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

/** Those that a session has inputs for. */
function taken(tensors: Tensors, { inputNames }: ort.InferenceSession): Tensors {
  return Object.fromEntries(inputNames.map((name) => [name, tensors[name]!]));
}

/** Names in the model of the state that no call changes. */
function unchanging({ inputs, outputs }: Lowered, state: Readonly<Record<string, string>>): Set<string> {
  const same = Object.entries(state).filter(([output]) => outputs[output] === undefined);
  return new Set(same.flatMap(([, input]) => inputs[input]?.name ?? []));
}

/** Records functions and runs them as ONNX Runtime sessions. */
class OnnxRuntimeEngine implements Engine {
  readonly toolchain: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly #block: number;
  readonly #session: ort.InferenceSession.SessionOptions;
  readonly #programs = new Set<Program>();

  constructor(device: Device, threads: number, { block, reason }: CpuLayout) {
    this.#block = block;
    this.notes = reason === null ? [] : [`onnxruntime uses the portable layout: ${reason}`];
    this.toolchain = {
      engine: `onnxruntime-node ${ort.env.versions.node ?? 'unknown'} ${device} ${process.arch}`,
      layout: block > 0 ? `nchw${block}c` : 'nchw',
    };
    this.#session = {
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      // DirectML does not take it.
      enableMemPattern: device !== 'dml',
      logSeverityLevel: 3,
    };
  }

  async compile(fn: TensorFunction, options: CompileOptions): Promise<Program> {
    declared(options);
    const graph = record(fn, options);
    checkState(graph.outputs, options);
    const lowered = lower(graph, { state: options.state ?? {}, block: this.#block });
    const { before, rest } = hoist(lowered.model, unchanging(lowered, options.state ?? {}));
    const session = (model: OnnxModel): Promise<ort.InferenceSession> =>
      ort.InferenceSession.create(encodeModel(model), this.#session);
    const sessions = { call: await session(rest), before: before === null ? null : await session(before) };
    const outputs = Object.fromEntries(
      Object.entries(graph.outputs).map(([name, { shape, dtype }]): [string, TensorSpec] => [
        name,
        { shape, dtype: dtype === 'float32' ? 'float32' : 'int32' },
      ]),
    );
    const program = new SessionProgram(sessions, lowered, outputs, options);
    this.#programs.add(program);
    return program;
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs) await program.dispose();
    this.#programs.clear();
  }
}

export async function onnxRuntimeEngine(device: Device, threads: number): Promise<Engine> {
  if (device !== 'cpu') await tryDevice(device);
  const layout = device === 'cpu' ? await cpuLayout() : { block: 0, reason: null };
  return new OnnxRuntimeEngine(device, threads, layout);
}

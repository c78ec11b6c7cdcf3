import * as ort from 'onnxruntime-node';
import { checkState, declared } from '../check.ts';
import { lower, type Lowered } from '../lower/lower.ts';
import { encodeModel } from '../onnx/encode.ts';
import { hoist } from '../onnx/hoist.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type { CompileOptions, Engine, Precision, Program, TensorFunction, TensorSpec } from '../program.ts';
import { type Arithmetic, cudaArithmetic, processorArithmetic, sampledArithmetic } from './arithmetic.ts';
import { tryDevice, type Device } from './device.ts';
import { cpuLayout, type CpuLayout } from './layout.ts';
import { tryMixedPrecision } from './mixed.ts';
import { record } from '../trace/record.ts';
import { SessionProgram } from './session-program.ts';

/** Names in the model of the state that no call changes. */
function unchanging({ inputs, outputs }: Lowered, state: Readonly<Record<string, string>>): Set<string> {
  const same = Object.entries(state).filter(([output]) => outputs[output] === undefined);
  return new Set(same.flatMap(([, input]) => inputs[input]?.name ?? []));
}

/** Records functions and runs them as ONNX Runtime sessions. */
class OnnxRuntimeEngine implements Engine {
  readonly toolchain: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly #device: Device;
  readonly #block: number;
  readonly #session: ort.InferenceSession.SessionOptions;
  readonly #programs = new Set<Program>();

  constructor(
    device: Device,
    threads: number,
    { block, reason }: CpuLayout,
    precision: Precision,
    notes: readonly string[],
    arithmetic: Arithmetic,
  ) {
    this.#device = device;
    this.#block = block;
    const layout = reason === null ? [] : [`onnxruntime uses the portable layout: ${reason}`];
    this.notes = [...layout, ...notes];
    this.toolchain = {
      engine: `onnxruntime-node ${ort.env.versions.node ?? 'unknown'} ${device} ${process.arch}`,
      layout: block > 0 ? `nchw${block}c` : 'nchw',
      ...arithmetic,
      ...(precision === 'mixed' ? { precision } : {}),
    };
    this.#session = {
      executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      // Its plan is made after the first call, and its memory comes on top of what that call took.
      enableMemPattern: false,
      logSeverityLevel: 3,
    };
  }

  async compile(fn: TensorFunction, options: CompileOptions): Promise<Program> {
    declared(options);
    const graph = record(fn, options);
    checkState(graph.outputs, options);
    const { state: kept = {}, precision = 'float32' } = options;
    const block = precision === 'mixed' ? 0 : this.#block;
    const lowered = lower(graph, { state: kept, block, precision });
    // Float16 in the processor's memory cannot be handed on in Node 23 or later (onnxruntime-node 1.30).
    const { before, rest } = hoist(lowered.model, unchanging(lowered, kept), this.#keeps);
    const open = (
      model: OnnxModel,
      stays: (output: string) => boolean = () => false,
    ): Promise<ort.InferenceSession> =>
      ort.InferenceSession.create(encodeModel(model), { ...this.#session, ...this.#places(model, stays) });
    const state = new Set(Object.keys(kept).map((output) => lowered.outputs[output]?.name));
    const sessions = {
      call: await open(rest, (output) => state.has(output)),
      before: before === null ? null : await open(before, () => true),
      open,
    };
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

  /** Whether outputs can stay on the device. */
  get #keeps(): boolean {
    return this.#device === 'webgpu';
  }

  /** Where outputs are left: what is kept, on a device that can keep it. */
  #places(model: OnnxModel, kept: (output: string) => boolean): ort.InferenceSession.SessionOptions {
    if (!this.#keeps) return {};
    return {
      preferredOutputLocation: Object.fromEntries(
        model.outputs.map(({ name }) => [name, kept(name) ? 'gpu-buffer' : 'cpu']),
      ),
    };
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs) await program.dispose();
    this.#programs.clear();
  }
}

/** Null where nothing names it. */
async function namedArithmetic(device: Device, { block }: CpuLayout): Promise<Arithmetic | null> {
  if (device === 'cuda') return cudaArithmetic();
  const named = device === 'cpu' ? await processorArithmetic() : null;
  // Without blocks as wide as its registers, AVX-512 adds up in the order that AVX2 does.
  return named?.vectors === 'AVX-512' && block === 0 ? { ...named, vectors: 'AVX2 and FMA' } : named;
}

/** Found once for all copies of this module in the process. */
const SAMPLED = Symbol.for('pipe.compute.sampled-arithmetic');

function sampled(device: Device, engine: Engine): Promise<Arithmetic> {
  const shared = globalThis as unknown as Partial<Record<symbol, Map<Device, Promise<Arithmetic>>>>;
  const known = (shared[SAMPLED] ??= new Map<Device, Promise<Arithmetic>>());
  const found = known.get(device) ?? sampledArithmetic(engine);
  known.set(device, found);
  return found;
}

export async function onnxRuntimeEngine(
  device: Device,
  threads: number,
  precision: Precision,
): Promise<Engine> {
  if (device !== 'cpu') await tryDevice(device);
  const layout = device === 'cpu' ? await cpuLayout() : { block: 0, reason: null };
  const notes = precision === 'mixed' ? await tryMixedPrecision(device) : [];
  const engineWith = (arithmetic: Arithmetic): OnnxRuntimeEngine =>
    new OnnxRuntimeEngine(device, threads, layout, precision, notes, arithmetic);
  return engineWith((await namedArithmetic(device, layout)) ?? (await sampled(device, engineWith({}))));
}

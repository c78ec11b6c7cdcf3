import * as tf from '@tensorflow/tfjs-core';
import { checkState, checkTensors, declared, STATE_NOT_SET } from '../check.ts';
import { registerGradients } from '../gradients/register.ts';
import type { CompileOptions, Engine, Program, TensorFunction, TensorMap, TensorValue } from '../program.ts';

/** Runs `f` with the given tfjs backend, which must have been started. */
function using<T>(backend: string, f: () => T): T {
  const previous = tf.getBackend();
  void tf.setBackend(backend);
  try {
    return f();
  } finally {
    void tf.setBackend(previous);
  }
}

function toTensor({ values, shape, dtype }: TensorValue): tf.Tensor {
  return tf.tensor(values, [...shape], dtype);
}

function toValue(name: string, tensor: tf.Tensor): TensorValue {
  const { dtype, shape } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`output '${name}' is ${dtype}; an output is float32 or int32`);
  const values = tensor.dataSync();
  if (dtype === 'bool') return { shape, dtype: 'int32', values: Int32Array.from(values) };
  return { shape, dtype, values: dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values) };
}

class EagerProgram implements Program {
  readonly #backend: string;
  readonly #fn: TensorFunction;
  readonly #options: CompileOptions;
  #state: Record<string, TensorValue> | null = null;

  constructor(backend: string, fn: TensorFunction, options: CompileOptions) {
    this.#backend = backend;
    this.#fn = fn;
    this.#options = options;
    if (Object.keys(declared(options).kept).length === 0) this.#state = {};
  }

  run(inputs: TensorMap): Promise<TensorMap> {
    return Promise.resolve().then(() => using(this.#backend, () => this.#run(inputs)));
  }

  #run(inputs: TensorMap): TensorMap {
    const { constants = {}, state = {} } = this.#options;
    checkTensors(inputs, declared(this.#options).fed, 'input');
    if (this.#state === null) throw new Error(STATE_NOT_SET);
    const given = { ...inputs, ...constants, ...this.#state };
    const outputs: Record<string, TensorValue> = {};
    tf.tidy(() => {
      const tensors = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, toTensor(value)]),
      );
      for (const [name, tensor] of Object.entries(this.#fn(tensors))) outputs[name] = toValue(name, tensor);
    });
    checkState(outputs, this.#options);
    this.#state = Object.fromEntries(
      Object.entries(state).map(([output, input]) => [input, outputs[output]!]),
    );
    return Object.fromEntries(Object.entries(outputs).filter(([name]) => state[name] === undefined));
  }

  setState(values: TensorMap): void {
    checkTensors(values, declared(this.#options).kept, 'state input');
    this.#state = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { ...value, values: value.values.slice() }]),
    );
  }

  getState(): Promise<TensorMap> {
    if (this.#state === null) return Promise.reject(new Error(STATE_NOT_SET));
    return Promise.resolve({ ...this.#state });
  }

  dispose(): Promise<void> {
    this.#state = null;
    return Promise.resolve();
  }
}

/** Calls functions as they are, kernel by kernel, on a tfjs backend. */
export class EagerEngine implements Engine {
  readonly toolchain: Readonly<Record<string, string>>;
  readonly notes: readonly string[] = [];
  readonly #backend: string;

  constructor(backend: string, toolchain: Readonly<Record<string, string>>) {
    registerGradients();
    this.#backend = backend;
    this.toolchain = toolchain;
  }

  compile(fn: TensorFunction, options: CompileOptions): Promise<Program> {
    return Promise.resolve().then(() => {
      if (options.precision === 'mixed') throw new Error(`${this.#backend} computes in float32 only`);
      return new EagerProgram(this.#backend, fn, options);
    });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

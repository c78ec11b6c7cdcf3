import type { Tensor } from '@tensorflow/tfjs-core';

export type DType = 'float32' | 'int32';

/**
 * `mixed`: convolutions and matrix products take float16 and give float16, everything else is float32
 * (Micikevicius et al. 2018, "Mixed precision training"). Inputs, outputs and state are float32 either way.
 */
export type Precision = 'float32' | 'mixed';

/** Shape and type of a tensor without its values; images are `[batch, height, width, channels]`. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A tensor's values in row-major order. */
export interface TensorValue extends TensorSpec {
  readonly values: Float32Array | Int32Array;
}

export type TensorMap = Readonly<Record<string, TensorValue>>;

/** An ordinary TensorFlow.js function from named tensors to named tensors. */
export type TensorFunction = (inputs: Record<string, Tensor>) => Record<string, Tensor>;

export interface CompileOptions {
  /** Name, shape and type of everything that is fed anew on each call, and the first shape of the state. */
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** Inputs whose values never change: folded into the program. */
  readonly constants?: TensorMap;
  /**
   * Output name → input name: after each call the output's value becomes that input's, without leaving the
   * device. Such inputs are set with `setState` and read with `getState`, and not passed to `run`.
   */
  readonly state?: Readonly<Record<string, string>>;
  /** `float32` unless given. */
  readonly precision?: Precision;
}

/** A compiled function. Not for concurrent calls. */
export interface Program {
  /** Feeds the inputs that are neither state nor constants; gives the outputs that are not state. */
  run(inputs: TensorMap): Promise<TensorMap>;
  /** Values by input name; every state input must be set before the first `run`. */
  setState(values: TensorMap): void;
  /** Current values by input name. */
  getState(): Promise<TensorMap>;
  dispose(): Promise<void>;
}

export interface Engine {
  /** Everything about the engine that changes bits, for the fingerprint, e.g. `{engine: 'onnxruntime-node 1.30.0 cpu x64', layout: 'nchw16c', vectors: 'AVX-512'}`. */
  readonly toolchain: Readonly<Record<string, string>>;
  /** What was not taken and why, a sentence each; empty when all is as it should be. */
  readonly notes: readonly string[];
  compile(fn: TensorFunction, options: CompileOptions): Promise<Program>;
  dispose(): Promise<void>;
}

export interface EngineOptions {
  /** `auto` takes `onnxruntime`. `js` is tfjs's own `cpu` backend, the slow reference. */
  readonly backend: 'auto' | 'onnxruntime' | 'tensorflow' | 'js';
  readonly device: 'auto' | 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
  readonly threads: number;
  /** `mixed`: the engine is to compile programs of mixed precision, too. `float32` unless given. */
  readonly precision?: Precision;
}

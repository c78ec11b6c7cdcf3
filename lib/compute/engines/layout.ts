import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { lower } from '../lower/lower.ts';
import { encodeModel } from '../onnx/encode.ts';
import { batchNormTraining } from '../ops/batch-norm.ts';
import { conv2d } from '../ops/convolution.ts';
import type { TensorFunction } from '../program.ts';
import type { Graph } from '../trace/graph.ts';
import { record } from '../trace/record.ts';

/** How tensors lie on the CPU, and why not in blocks where they do not. */
export interface CpuLayout {
  /** Channels in a block; 0 for ONNX's own operators alone. */
  readonly block: number;
  readonly reason: string | null;
}

/** Largest difference, relative to the largest value, that two ways of adding up the same numbers leave. */
const TOLERANCE = 1e-4;

/** The blocked operators belong to ONNX Runtime's inside, so they are tried before they are trusted. */
async function choose(): Promise<CpuLayout> {
  try {
    const block = await probe();
    if (block < 4) return { block: 0, reason: 'this processor has no blocked convolutions' };
    const distance = await compare(block);
    if (distance <= TOLERANCE) return { block, reason: null };
    return { block: 0, reason: `blocked convolutions are off by ${distance} in a small net` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { block: 0, reason: `blocked convolutions do not run: ${message}` };
  }
}

/** Found once for all copies of this module in the process. */
const KEY = Symbol.for('pipe.compute.cpu-layout');

export async function cpuLayout(): Promise<CpuLayout> {
  const forced = process.env.PIPE_COMPUTE_LAYOUT ?? 'auto';
  if (forced === 'portable') return { block: 0, reason: 'PIPE_COMPUTE_LAYOUT=portable' };
  if (forced !== 'auto')
    throw new Error(`PIPE_COMPUTE_LAYOUT is '${forced}'; it can be 'portable' or 'auto'`);
  const shared = globalThis as unknown as Partial<Record<symbol, Promise<CpuLayout>>>;
  return (shared[KEY] ??= choose());
}

async function run(
  model: Uint8Array,
  feeds: Record<string, ort.Tensor>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

/** Channels are filled up to a whole block: four become as many as a block has. */
async function probe(): Promise<number> {
  const port = { type: 'float32', dims: [1, 4, 1, 1] } as const;
  const model = encodeModel({
    nodes: [
      {
        op: 'ReorderInput',
        domain: 'com.microsoft.nchwc',
        inputs: ['x'],
        output: 'y',
        attributes: { channels_last: 0 },
      },
    ],
    initializers: [],
    inputs: [{ ...port, name: 'x' }],
    outputs: [{ name: 'y', type: 'float32', dims: [1, -1, 1, 1] }],
  });
  const { y } = await run(model, { x: new ort.Tensor('float32', new Float32Array(4), [1, 4, 1, 1]) });
  return y!.dims[1]!;
}

/** Filters of a net with every blocked operator in it: images that share blocks, wide ones, strides 1 and 2. */
function shapes(block: number): Record<string, number[]> {
  return {
    images: [2 * block, 8, 8, 3],
    stem: [3, 3, 3, block / 2],
    narrow: [3, 3, block / 2, block / 2],
    wide: [3, 3, block / 2, block],
    first: [3, 3, block, 2 * block],
    second: [3, 3, 2 * block, 2 * block],
    shortcut: [1, 1, block, 2 * block],
  };
}

function ramp(count: number, from: number, to: number): Tensor1D {
  return tf.tensor1d(Array.from({ length: count }, (_, i) => from + ((to - from) * i) / count));
}

/** Gradients of a small net's output by its input and its filters. */
const check: TensorFunction = (inputs) => {
  const names = Object.keys(inputs);
  const output = (...tensors: tf.Tensor[]): tf.Scalar => {
    const [images, stem, narrow, wide, first, second, shortcut] = tensors as [
      Tensor4D,
      Tensor4D,
      Tensor4D,
      Tensor4D,
      Tensor4D,
      Tensor4D,
      Tensor4D,
    ];
    const layer = (x: Tensor4D, filter: Tensor4D, stride: number, padding: number): Tensor4D => {
      const channels = filter.shape[3];
      const scale = ramp(channels, 0.5, 1.5);
      const shift = ramp(channels, -0.2, 0.3);
      return batchNormTraining(conv2d(x, filter, stride, padding), scale, shift, { epsilon: 1e-5 }).y;
    };
    const beside = tf.relu(layer(tf.relu(layer(images, stem, 1, 1)), narrow, 1, 1));
    const x = tf.relu(layer(beside, wide, 1, 1));
    const residual = layer(tf.relu(layer(x, first, 2, 1)), second, 1, 1);
    return tf.mean(tf.square(tf.relu(tf.add(residual, layer(x, shortcut, 2, 0)))));
  };
  const gradients = tf.grads(output)(names.map((name) => inputs[name]!));
  return Object.fromEntries(names.map((name, i) => [`by ${name}`, gradients[i]!]));
};

async function compare(block: number): Promise<number> {
  const sizes = shapes(block);
  const inputs = Object.fromEntries(
    Object.entries(sizes).map(([name, shape]) => [name, { dtype: 'float32' as const, shape }]),
  );
  const graph = record(check, { inputs });
  const [blocks, portable] = [await evaluate(graph, sizes, block), await evaluate(graph, sizes, 0)];
  let worst = 0;
  for (const [name, expected] of Object.entries(portable)) {
    const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    blocks[name]!.forEach((value, i) => {
      const distance = Math.abs(value - expected[i]!) / scale;
      worst = Number.isNaN(distance) ? Infinity : Math.max(worst, distance);
    });
  }
  return worst;
}

async function evaluate(
  graph: Graph,
  sizes: Readonly<Record<string, number[]>>,
  block: number,
): Promise<Record<string, Float32Array>> {
  const { model } = lower(graph, { block });
  const feeds = Object.fromEntries(
    Object.entries(sizes).map(([name, shape], seed) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i + seed));
      return [name, new ort.Tensor('float32', values, shape)];
    }),
  );
  const outputs = await run(encodeModel(model), feeds);
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
}

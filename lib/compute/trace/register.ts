import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/register.ts';
import { RECORDING } from '../gradients/windows.ts';
import { asking, valueType, type RecordingBackend } from './backend.ts';
import type { Node } from './graph.ts';
import { kernels, type KernelName } from './kernels.ts';
import { checkStack } from './shapes.ts';

/** One name per copy of this module: several bundles may share one tfjs. */
function freeName(): string {
  for (let i = 0; ; i++) {
    const name = `${RECORDING}-${i}`;
    if (!tf.engine().backendNames().includes(name)) return name;
  }
}

type KernelFunction = (
  backend: RecordingBackend,
  inputs: tf.NamedTensorInfoMap,
  attributes: Readonly<Record<string, unknown>>,
) => Node | Node[];

function all(backend: RecordingBackend, inputs: tf.NamedTensorInfoMap): Node[] {
  return Object.values(inputs).map((tensor) => backend.nodeOf(tensor as tf.TensorInfo));
}

/** Kernels recorded as others. */
const rewritten: Readonly<Record<string, KernelFunction>> = {
  Identity: (backend, { x }) => backend.nodeOf(x!),
  Fill: ({ builder }, _inputs, { shape, value, dtype }) =>
    builder.fill(value as number, shape as number[], valueType((dtype ?? 'float32') as tf.DataType)),
  ZerosLike: ({ builder }, { x }) => builder.fill(0, x!.shape, valueType(x!.dtype)),
  OnesLike: ({ builder }, { x }) => builder.fill(1, x!.shape, valueType(x!.dtype)),
  Square: (backend, inputs) => {
    const x = backend.nodeOf(inputs.x!);
    return backend.builder.apply('Multiply', [x, x]);
  },
  SquaredDifference: (backend, { a, b }) => {
    const { builder } = backend;
    const difference = builder.apply('Sub', [backend.nodeOf(a!), backend.nodeOf(b!)]);
    return builder.apply('Multiply', [difference, difference]);
  },
  AddN: (backend, inputs) =>
    all(backend, inputs).reduce((sum, node) => backend.builder.apply('Add', [sum, node])),
  Pack: (backend, inputs, attributes) => {
    const nodes = all(backend, inputs);
    checkStack(nodes);
    const axis = attributes.axis as number;
    const shape = nodes[0]!.shape.toSpliced(axis, 0, 1);
    const parts = nodes.map((node) => backend.builder.apply('Reshape', [node], { shape }));
    return backend.builder.apply('Concat', parts, { axis });
  },
  SplitV: (backend, inputs, attributes) => {
    const x = backend.nodeOf(inputs.x!);
    const axis = tf.util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!;
    const sizes = tf.backend_util.prepareSplitSize(inputs.x!, attributes.numOrSizeSplits as number[], axis);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return backend.builder.apply('Slice', [x], { begin, size: x.shape.toSpliced(axis, 1, length) });
    });
  },
};

const recorded: readonly (readonly [string, KernelFunction])[] = Object.entries(kernels).map(
  ([kernel, { inputs: names }]: [string, { inputs: readonly string[] | 'list' }]) => [
    kernel,
    (backend, inputs, attributes) => {
      const nodes =
        names === 'list'
          ? all(backend, inputs)
          : names.map((name) => backend.nodeOf(inputs[name] as tf.TensorInfo));
      return backend.builder.apply(kernel as KernelName, nodes, attributes);
    },
  ],
);

/** What is wrong with a call, behind the name of the tfjs function that was called. */
function named<T>(call: () => T): T {
  const who = asking();
  try {
    return call();
  } catch (error) {
    throw new Error(`${who}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Why a kernel does not compile, and what there is instead: tfjs's own backend has it, its gradient maybe not. */
function missing(kernelName: string): string {
  const differentiable = (tf.getGradient(kernelName) as tf.GradConfig | undefined) !== undefined;
  return (
    `${asking()} uses the tfjs kernel ${kernelName}, which does not compile yet; write it with other functions, ` +
    'or add the kernel as docs/architecture.md says. engine.backend: js runs it' +
    (differentiable ? '' : ', but has no gradient of it either')
  );
}

/** Makes tfjs know the backend, with every kernel that compiles; gives the name it is known by. */
export function register(backend: RecordingBackend): string {
  registerGradients();
  const backendName = freeName();
  tf.registerBackend(backendName, () => backend, 0);
  for (const [kernelName, kernel] of [...recorded, ...Object.entries(rewritten)])
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const result = named(() => kernel(backend, inputs, attrs ?? {}));
        return Array.isArray(result)
          ? result.map((node) => backend.tensorOf(node))
          : backend.tensorOf(result);
      },
    });
  const known = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    if (!known.has(kernelName))
      tf.registerKernel({
        kernelName,
        backendName,
        kernelFunc: () => {
          throw new Error(missing(kernelName));
        },
      });
  return backendName;
}

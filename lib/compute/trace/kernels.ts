import { backend_util, util } from '@tensorflow/tfjs-core';
import { broadcastShape, type Attributes, type Node, type ValueType } from './graph.ts';

/** What a kernel is given by tfjs: attributes as its documentation has them. */
type Given = Readonly<Record<string, unknown>>;

interface Result {
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** In one fixed form: axes as sorted lists, pads as [top, left, bottom, right]. */
  readonly attributes?: Attributes;
}

interface Kernel {
  /** Names of the inputs, in the order they are recorded; `list` for kernels that take any number. */
  readonly inputs: readonly string[] | 'list';
  readonly result: (inputs: readonly Node[], given: Given) => Result;
}

function unary(input = 'x', dtype?: 'bool'): Kernel {
  return { inputs: [input], result: ([x]) => ({ shape: x!.shape, dtype: dtype ?? x!.dtype }) };
}

function binary(dtype?: 'bool'): Kernel {
  return {
    inputs: ['a', 'b'],
    result: ([a, b]) => ({ shape: broadcastShape(a!.shape, b!.shape), dtype: dtype ?? a!.dtype }),
  };
}

function reduction(axisName: string, dtype?: ValueType): Kernel {
  return {
    inputs: ['x'],
    result: ([x], given) => {
      const axes = util.parseAxisParam((given[axisName] ?? null) as number, [...x!.shape]);
      const keepDims = given.keepDims === true;
      const shape = x!.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
      return {
        shape,
        dtype: dtype ?? x!.dtype,
        attributes: { axes: [...axes].sort((a, b) => a - b) },
      };
    },
  };
}

type Shape4 = [number, number, number, number];

function convolution(kind: 'forward' | 'input' | 'filter'): Kernel {
  const names = { forward: ['x', 'filter'], input: ['dy', 'filter'], filter: ['x', 'dy'] };
  return {
    inputs: names[kind],
    result: ([a, b], given) => {
      if ((given.dataFormat ?? 'NHWC') !== 'NHWC')
        throw new Error('convolutions are recorded in NHWC format only');
      const x = (kind === 'input' ? given.inputShape : a!.shape) as Shape4;
      const filter = (kind === 'filter' ? given.filterShape : b!.shape) as Shape4;
      const info = backend_util.computeConv2DInfo(
        x,
        filter,
        given.strides as number,
        (given.dilations ?? 1) as number,
        given.pad as number,
        given.dimRoundingMode as 'floor',
      );
      const { top, left, bottom, right } = info.padInfo;
      return {
        shape: kind === 'forward' ? info.outShape : kind === 'input' ? [...x] : [...filter],
        dtype: 'float32',
        attributes: {
          strides: [info.strideHeight, info.strideWidth],
          pads: [top, left, bottom, right],
          dilations: [info.dilationHeight, info.dilationWidth],
        },
      };
    },
  };
}

function pooling(inputs: readonly string[]): Kernel {
  return {
    inputs,
    result: (nodes, given) => {
      const x = nodes[inputs.length === 1 ? 0 : 1]!;
      const info = backend_util.computePool2DInfo(
        x.shape as Shape4,
        given.filterSize as number,
        given.strides as number,
        1,
        given.pad as number,
        given.dimRoundingMode as 'floor',
      );
      const { top, left, bottom, right } = info.padInfo;
      return {
        shape: inputs.length === 1 ? info.outShape : x.shape,
        dtype: 'float32',
        attributes: {
          size: [info.filterHeight, info.filterWidth],
          strides: [info.strideHeight, info.strideWidth],
          pads: [top, left, bottom, right],
        },
      };
    },
  };
}

function matrixProduct([a, b]: readonly Node[], given: Given): Result {
  const transposeA = given.transposeA === true;
  const transposeB = given.transposeB === true;
  const rows = a!.shape.at(transposeA ? -1 : -2)!;
  const columns = b!.shape.at(transposeB ? -2 : -1)!;
  return {
    shape: [...broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), rows, columns],
    dtype: 'float32',
    attributes: { transposeA, transposeB },
  };
}

function reshaped(input: string): Kernel {
  return {
    inputs: [input],
    result: ([x], given) => {
      const count = x!.shape.reduce((product, size) => product * size, 1);
      const shape =
        given.dim === undefined
          ? util.inferFromImplicitShape(given.shape as number[], count)
          : x!.shape.toSpliced(
              (given.dim as number) < 0 ? x!.shape.length + 1 + (given.dim as number) : (given.dim as number),
              0,
              1,
            );
      return { shape, dtype: x!.dtype };
    },
  };
}

function concatenated(inputs: readonly Node[], given: Given): Result {
  const axis = util.parseAxisParam(given.axis as number, [...inputs[0]!.shape])[0]!;
  const shape = inputs[0]!.shape.map((size, i) =>
    i === axis ? inputs.reduce((sum, part) => sum + part.shape[i]!, 0) : size,
  );
  return { shape, dtype: inputs[0]!.dtype, attributes: { axis } };
}

/** Every kernel that can be recorded: what it gives, worked out from what it is given. */
export const kernels = {
  Add: binary(),
  Sub: binary(),
  Multiply: binary(),
  RealDiv: binary(),
  Maximum: binary(),
  Minimum: binary(),
  Greater: binary('bool'),
  GreaterEqual: binary('bool'),
  Less: binary('bool'),
  LessEqual: binary('bool'),
  Equal: binary('bool'),
  NotEqual: binary('bool'),
  LogicalAnd: binary('bool'),
  LogicalOr: binary('bool'),
  LogicalNot: unary(),
  IsFinite: unary('x', 'bool'),
  Select: {
    inputs: ['condition', 't', 'e'],
    result: ([condition, t, e]) => ({
      shape: broadcastShape(condition!.shape, t!.shape, e!.shape),
      dtype: t!.dtype,
    }),
  },

  Abs: unary(),
  Neg: unary(),
  Sign: unary(),
  Relu: unary(),
  Step: {
    inputs: ['x'],
    result: ([x], { alpha }) => ({
      shape: x!.shape,
      dtype: x!.dtype,
      attributes: { alpha: (alpha ?? 0) as number },
    }),
  },
  Sqrt: unary(),
  Rsqrt: unary(),
  Reciprocal: unary(),
  Exp: unary(),
  Log: unary(),
  Sigmoid: unary(),
  Tanh: unary(),
  Floor: unary(),
  ClipByValue: {
    inputs: ['x'],
    result: ([x], { clipValueMin, clipValueMax }) => ({
      shape: x!.shape,
      dtype: x!.dtype,
      attributes: { min: clipValueMin as number, max: clipValueMax as number },
    }),
  },
  Cast: {
    inputs: ['x'],
    result: ([x], { dtype }) => ({ shape: x!.shape, dtype: dtype as ValueType }),
  },
  OneHot: {
    inputs: ['indices'],
    result: ([indices], { depth, onValue, offValue, dtype }) => ({
      shape: [...indices!.shape, depth as number],
      dtype: (dtype ?? 'int32') as ValueType,
      attributes: { on: (onValue ?? 1) as number, off: (offValue ?? 0) as number },
    }),
  },

  Reshape: reshaped('x'),
  ExpandDims: reshaped('input'),
  Transpose: {
    inputs: ['x'],
    result: ([x], { perm }) => ({
      shape: (perm as number[]).map((axis) => x!.shape[axis]!),
      dtype: x!.dtype,
      attributes: { perm: [...(perm as number[])] },
    }),
  },
  PadV2: {
    inputs: ['x'],
    result: ([x], { paddings, constantValue }) => {
      const pads = paddings as [number, number][];
      return {
        shape: x!.shape.map((size, i) => size + pads[i]![0] + pads[i]![1]),
        dtype: x!.dtype,
        attributes: { pads: pads.map((pair) => [...pair]), value: (constantValue ?? 0) as number },
      };
    },
  },
  Slice: {
    inputs: ['x'],
    result: ([x], { begin, size }) => {
      const starts = [begin as number | number[]].flat();
      const sizes = [(size ?? -1) as number | number[]].flat();
      const from = x!.shape.map((_, i) => starts[i] ?? 0);
      const shape = x!.shape.map((length, i) => ((sizes[i] ?? -1) < 0 ? length - from[i]! : sizes[i]!));
      return { shape, dtype: x!.dtype, attributes: { begin: from } };
    },
  },
  Concat: { inputs: 'list', result: concatenated },

  Sum: reduction('axis'),
  Mean: reduction('axis'),
  Max: reduction('reductionIndices'),
  Min: reduction('axis'),
  ArgMax: reduction('axis', 'int32'),
  BatchMatMul: { inputs: ['a', 'b'], result: matrixProduct },
  Softmax: unary('logits'),

  Conv2D: convolution('forward'),
  Conv2DBackpropInput: convolution('input'),
  Conv2DBackpropFilter: convolution('filter'),
  MaxPool: pooling(['x']),
  MaxPoolGrad: pooling(['dy', 'input', 'output']),
  AvgPool: pooling(['x']),
  AvgPoolGrad: pooling(['dy', 'input']),
  ResizeBilinear: {
    inputs: ['images'],
    result: ([x], { size, alignCorners, halfPixelCenters }) => {
      const [height, width] = size as [number, number];
      return {
        shape: [x!.shape[0]!, height, width, x!.shape[3]!],
        dtype: 'float32',
        attributes: { alignCorners: alignCorners === true, halfPixel: halfPixelCenters === true },
      };
    },
  },
} as const satisfies Readonly<Record<string, Kernel>>;

export type KernelName = keyof typeof kernels;

export function resultOf(kernel: KernelName, inputs: readonly Node[], given: Given): Result {
  return kernels[kernel].result(inputs, given);
}

import { util } from '@tensorflow/tfjs-core';
import { broadcastShape, elements, type Node, type ValueType } from './graph.ts';
import { listed, type Given, type Kernel, type Result, type Takes } from './kernel.ts';
import * as shapes from './shapes.ts';
import { convolution, pooling, resizeBilinear } from './windows.ts';

/** The same type as what it takes. */
function unary(takes: Takes = 'numbers', input = 'x'): Kernel {
  return { inputs: [input], takes, result: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }) };
}

function unaryBool(takes: Takes): Kernel {
  return { inputs: ['x'], takes, result: ([x]) => ({ shape: x!.shape, dtype: 'bool' }) };
}

function binary(takes: Takes = 'numbers'): Kernel {
  return {
    inputs: ['a', 'b'],
    takes,
    result: ([a, b]) => ({ shape: broadcastShape(a!.shape, b!.shape), dtype: a!.dtype }),
  };
}

function comparison(takes: Takes): Kernel {
  return {
    inputs: ['a', 'b'],
    takes,
    result: ([a, b]) => ({ shape: broadcastShape(a!.shape, b!.shape), dtype: 'bool' }),
  };
}

function reduction(axisName: string, takes: Takes, dtype?: ValueType): Kernel {
  return {
    inputs: ['x'],
    takes,
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

/** The largest or smallest, which of no elements there is none. */
function extremum(axisName: string, takes: Takes, dtype?: ValueType): Kernel {
  const kernel = reduction(axisName, takes, dtype);
  return {
    ...kernel,
    result: ([x], given) => {
      const result = kernel.result([x!], given);
      if (elements(x!.shape) === 0 && elements(result.shape) > 0)
        throw new Error(`${listed(x!.shape)} has no elements to choose from`);
      return result;
    },
  };
}

function matrixProduct([a, b]: readonly Node[], given: Given): Result {
  const transposeA = given.transposeA === true;
  const transposeB = given.transposeB === true;
  const told = (x: Node, transposed: boolean): string =>
    `${listed(x.shape)}${transposed ? ', transposed,' : ''}`;
  const pair = `${told(a!, transposeA)} and ${told(b!, transposeB)}`;
  if (a!.shape.length < 2 || b!.shape.length < 2) throw new Error(`${pair} are not both matrices`);
  const inner = [a!.shape.at(transposeA ? -2 : -1), b!.shape.at(transposeB ? -1 : -2)];
  if (inner[0] !== inner[1]) throw new Error(`the inner sizes of ${pair} are not the same`);
  const rows = a!.shape.at(transposeA ? -1 : -2)!;
  const columns = b!.shape.at(transposeB ? -2 : -1)!;
  return {
    shape: [...broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), rows, columns],
    dtype: a!.dtype,
    attributes: { transposeA, transposeB },
  };
}

/** Every kernel that can be recorded: what it gives, worked out from what it is given. */
export const kernels = {
  Add: binary(),
  Sub: binary(),
  Multiply: binary(),
  RealDiv: binary(),
  Maximum: binary(),
  Minimum: binary(),
  Greater: comparison('ordered'),
  GreaterEqual: comparison('ordered'),
  Less: comparison('ordered'),
  LessEqual: comparison('ordered'),
  Equal: comparison('any'),
  NotEqual: comparison('any'),
  LogicalAnd: comparison('any'),
  LogicalOr: comparison('any'),
  LogicalNot: unary('any'),
  IsFinite: unaryBool('floats'),
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
    takes: 'numbers',
    result: ([x], { alpha }) => ({
      shape: x!.shape,
      dtype: x!.dtype,
      attributes: { alpha: (alpha ?? 0) as number },
    }),
  },
  Sqrt: unary('floats'),
  Rsqrt: unary('floats'),
  Reciprocal: unary('float32'),
  Exp: unary('floats'),
  Log: unary('floats'),
  Sigmoid: unary('floats'),
  Tanh: unary('floats'),
  Floor: unary('floats'),
  Erf: unary('floats'),
  ClipByValue: {
    inputs: ['x'],
    takes: 'numbers',
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

  Reshape: shapes.reshape,
  ExpandDims: shapes.expandDims,
  Transpose: shapes.transpose,
  PadV2: shapes.pad,
  Slice: shapes.slice,
  Tile: shapes.tile,
  Concat: { inputs: 'list', result: shapes.concatenated },

  Sum: reduction('axis', 'numbers'),
  Mean: reduction('axis', 'floats'),
  Max: extremum('reductionIndices', 'numbers'),
  Min: extremum('axis', 'numbers'),
  ArgMax: extremum('axis', 'ordered', 'int32'),
  BatchMatMul: { inputs: ['a', 'b'], takes: 'numbers', result: matrixProduct },
  Softmax: unary('floats', 'logits'),

  Conv2D: convolution('forward'),
  Conv2DBackpropInput: convolution('input'),
  Conv2DBackpropFilter: convolution('filter'),
  DepthwiseConv2dNative: convolution('forward', true),
  DepthwiseConv2dNativeBackpropInput: convolution('input', true),
  DepthwiseConv2dNativeBackpropFilter: convolution('filter', true),
  MaxPool: pooling(['x']),
  MaxPoolGrad: pooling(['dy', 'input', 'output']),
  AvgPool: pooling(['x']),
  AvgPoolGrad: pooling(['dy', 'input']),
  ResizeBilinear: resizeBilinear,
} as const satisfies Readonly<Record<string, Kernel>>;

export type KernelName = keyof typeof kernels;

/** What a kernel takes its inputs as. */
export function taken(kernel: KernelName): Takes {
  const { takes = 'any' }: Kernel = kernels[kernel];
  return takes;
}

export function resultOf(kernel: KernelName, inputs: readonly Node[], given: Given): Result {
  return kernels[kernel].result(inputs, given);
}

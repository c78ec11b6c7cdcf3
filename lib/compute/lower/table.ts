import type { KernelName } from '../trace/kernels.ts';
import * as convolution from './convolution.ts';
import * as depthwise from './depthwise.ts';
import {
  cast,
  clip,
  composed,
  constant,
  elementwise,
  fill,
  input,
  oneHot,
  select,
  sign,
  step,
  type Lowering,
} from './elementwise.ts';
import { alongLastAxis, matrixProduct } from './matrix.ts';
import * as pool from './pool.ts';
import * as reduce from './reduce.ts';
import * as shape from './shape.ts';

const notEqual: Lowering = composed((names, _node, { graph }) =>
  graph.node('Not', [graph.node('Equal', names)]),
);

const isFinite: Lowering = composed(([x], _node, { graph }) =>
  graph.node('Not', [graph.node('Or', [graph.node('IsNaN', [x!]), graph.node('IsInf', [x!])])]),
);

const inverseRoot: Lowering = composed(([x], _node, { graph }) =>
  graph.node('Reciprocal', [graph.node('Sqrt', [x!])]),
);

/** How each recorded kernel is written in ONNX's own operators, which any execution provider runs. */
export const portable: Readonly<Record<KernelName | 'Input' | 'Constant' | 'Fill', Lowering>> = {
  Input: input,
  Constant: constant,
  Fill: fill,

  Add: elementwise('Add'),
  Sub: elementwise('Sub'),
  Multiply: elementwise('Mul'),
  RealDiv: elementwise('Div'),
  Maximum: elementwise('Max'),
  Minimum: elementwise('Min'),
  Greater: elementwise('Greater'),
  GreaterEqual: elementwise('GreaterOrEqual'),
  Less: elementwise('Less'),
  LessEqual: elementwise('LessOrEqual'),
  Equal: elementwise('Equal'),
  NotEqual: notEqual,
  LogicalAnd: elementwise('And'),
  LogicalOr: elementwise('Or'),
  LogicalNot: elementwise('Not'),
  IsFinite: isFinite,
  Select: select,

  Abs: elementwise('Abs'),
  Neg: elementwise('Neg'),
  Sign: sign,
  Relu: elementwise('Relu'),
  Step: step,
  Sqrt: elementwise('Sqrt'),
  Rsqrt: inverseRoot,
  Reciprocal: elementwise('Reciprocal'),
  Exp: elementwise('Exp'),
  Log: elementwise('Log'),
  Sigmoid: elementwise('Sigmoid'),
  Tanh: elementwise('Tanh'),
  Floor: elementwise('Floor'),
  Erf: elementwise('Erf'),
  ClipByValue: clip,
  Cast: cast,
  OneHot: oneHot,

  Reshape: shape.reshape,
  ExpandDims: shape.reshape,
  Transpose: shape.transpose,
  PadV2: shape.pad,
  Slice: shape.slice,
  Tile: shape.tile,
  Concat: shape.concat,

  Sum: reduce.sum,
  Mean: reduce.mean,
  Max: reduce.max,
  Min: reduce.min,
  ArgMax: reduce.argMax,
  BatchMatMul: matrixProduct,
  Softmax: alongLastAxis('Softmax'),

  Conv2D: convolution.forward,
  Conv2DBackpropInput: convolution.inputGradient,
  Conv2DBackpropFilter: convolution.filterGradient,
  DepthwiseConv2dNative: depthwise.forward,
  DepthwiseConv2dNativeBackpropInput: depthwise.inputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwise.filterGradient,
  MaxPool: pool.maxPool,
  MaxPoolGrad: pool.maxPoolGradient,
  AvgPool: pool.averagePool,
  AvgPoolGrad: pool.averagePoolGradient,
  ResizeBilinear: pool.resizeBilinear,
};

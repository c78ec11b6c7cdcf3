import * as tf from '@tensorflow/tfjs-core';
import { clip, exponential, gelu, hardSigmoid, leaky, power, prelu, softplus } from './activations.ts';
import { einsum } from './einsum.ts';
import { compared, folded, knownBinary, unary } from './elementwise.ts';
import { argMax, gemm, logSoftmax, matMul, reduced, softmax } from './matrix.ts';
import {
  concat,
  cumSum,
  depthToSpace,
  gather,
  pad,
  slice,
  spaceToDepth,
  split,
  tile,
  transpose,
} from './movement.ts';
import { batchNormalization, instanceNormalization, layerNormalization, lrn } from './normalization.ts';
import { numberOf, textOf, x0, type Operator } from './operation.ts';
import { resize } from './resize.ts';
import { scatterND } from './scatter.ts';
import { expand, flatten, reshape, shapeOf, squeeze, unsqueeze } from './shape.ts';
import { inOrder, plain, together, type Value } from './value.ts';
import { cast, constantNode, constantOfShape, dropout, range, same, where } from './values.ts';
import { averagePool, conv, globalAverage, globalMax, maxPool } from './windows.ts';

/** What each operator of ONNX is in TensorFlow.js. */
export const operators: Readonly<Record<string, Operator>> = {
  Abs: unary(tf.abs, Math.abs),
  Add: folded(tf.add, (a, b) => a + b),
  And: folded(tf.logicalAnd, (a, b) => Number(a !== 0 && b !== 0)),
  ArgMax: argMax,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  CastLike: (operation) => {
    const [x, like] = operation.inputs as [Value, Value];
    return cast({ ...operation, inputs: [x], attributes: { to: like.integer ? 7 : 1 } });
  },
  Celu: unary((x, op) => exponential(x, numberOf(op, 'alpha', 1), 1 / numberOf(op, 'alpha', 1))),
  Clip: clip,
  Concat: concat,
  Constant: constantNode,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  Cos: unary(tf.cos, Math.cos),
  CumSum: cumSum,
  DepthToSpace: depthToSpace,
  Div: (operation) => {
    const values = operation.inputs as Value[];
    const whole = values.every(({ integer }) => integer);
    return folded(tf.div, (a, b) => (whole ? Math.trunc(a / b) : a / b))(operation);
  },
  Dropout: dropout,
  Einsum: einsum,
  Elu: unary((x, op) => exponential(x, numberOf(op, 'alpha', 1), 1)),
  Equal: compared(tf.equal, (a, b) => a === b),
  Erf: unary(tf.erf),
  Exp: unary(tf.exp, Math.exp),
  Expand: expand,
  Flatten: flatten,
  Floor: unary(tf.floor, Math.floor),
  Gather: gather,
  Gelu: unary((x, op) => gelu(x, textOf(op, 'approximate', 'none'))),
  Gemm: gemm,
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMax,
  Greater: compared(tf.greater, (a, b) => a > b),
  GreaterOrEqual: compared(tf.greaterEqual, (a, b) => a >= b),
  HardSigmoid: unary((x, op) => hardSigmoid(x, numberOf(op, 'alpha', 0.2), numberOf(op, 'beta', 0.5))),
  HardSwish: unary((x) => tf.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Identity: same,
  InstanceNormalization: instanceNormalization,
  LRN: lrn,
  LayerNormalization: layerNormalization,
  LeakyRelu: unary((x, op) => leaky(x, numberOf(op, 'alpha', 0.01))),
  Less: compared(tf.less, (a, b) => a < b),
  LessOrEqual: compared(tf.lessEqual, (a, b) => a <= b),
  Log: unary(tf.log, Math.log),
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  Max: folded(tf.maximum, Math.max),
  MaxPool: maxPool,
  Mean: (operation) => {
    const { tensors, wrap } = together(operation.inputs as Value[]);
    return wrap(
      tf.div(
        tensors.reduce((a, b) => tf.add(a, b)),
        tensors.length,
      ),
    );
  },
  Min: folded(tf.minimum, Math.min),
  Mul: folded(tf.mul, (a, b) => a * b),
  Neg: unary(tf.neg, (x) => -x),
  Not: unary(
    (x) => tf.logicalNot(x),
    (x) => Number(x === 0),
  ),
  Or: folded(tf.logicalOr, (a, b) => Number(a !== 0 || b !== 0)),
  PRelu: prelu,
  Pad: pad,
  Pow: (operation) => {
    const values = operation.inputs as [Value, Value];
    if (values.every((value) => value.known !== null)) return knownBinary(values, Math.pow);
    const [x, exponent] = values;
    if (exponent.known?.length === 1) {
      const { tensors, wrap } = together([x]);
      return wrap(power(tensors[0]!, exponent));
    }
    return plain(power(inOrder(x), exponent));
  },
  Range: range,
  Reciprocal: unary(tf.reciprocal, (x) => 1 / x),
  ReduceL1: reduced((x, axes, keep) => tf.sum(tf.abs(x), axes, keep)),
  ReduceL2: reduced((x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep))),
  ReduceMax: reduced((x, axes, keep) => tf.max(x, axes, keep)),
  ReduceMean: reduced((x, axes, keep) => tf.mean(x, axes, keep)),
  ReduceMin: reduced((x, axes, keep) => tf.min(x, axes, keep)),
  ReduceSum: reduced((x, axes, keep) => tf.sum(x, axes, keep)),
  ReduceSumSquare: reduced((x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  Relu: unary((x, { relu }) => relu(x)),
  Reshape: reshape,
  Resize: (operation) => resize(operation, x0(operation)),
  ScatterND: scatterND,
  Selu: unary((x, op) =>
    tf.mul(
      exponential(x, numberOf(op, 'alpha', 1.67326319217681884765625), 1),
      numberOf(op, 'gamma', 1.05070102214813232421875),
    ),
  ),
  Shape: shapeOf,
  Sigmoid: unary(tf.sigmoid),
  Sign: unary(tf.sign),
  Sin: unary(tf.sin, Math.sin),
  Slice: slice,
  Softmax: softmax,
  Softplus: unary(softplus),
  Softsign: unary((x) => tf.div(x, tf.add(tf.abs(x), 1))),
  SpaceToDepth: spaceToDepth,
  Mod: (operation) => {
    const values = operation.inputs as Value[];
    if (values.some((value) => value.known === null))
      throw new Error('operands that are computed are not imported');
    const whole = numberOf(operation, 'fmod', 0) === 1 ? Math.trunc : Math.floor;
    return knownBinary(values, (a, b) => a - b * whole(a / b));
  },
  Mish: unary((x) => tf.mul(x, tf.tanh(softplus(x)))),
  Split: split,
  Sqrt: unary(tf.sqrt, Math.sqrt),
  Squeeze: squeeze,
  Sub: folded(tf.sub, (a, b) => a - b),
  Sum: folded(tf.add, (a, b) => a + b),
  Tanh: unary(tf.tanh),
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Upsample: (operation) => resize(operation, x0(operation)),
  Where: where,
};

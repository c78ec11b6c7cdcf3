import * as tf from '@tensorflow/tfjs-core';
import { elementwise } from './elementwise.ts';
import { movement } from './movement.ts';
import { reduction } from './reduction.ts';
import { type Attributes, type Rule, type Tensor, unbroadcast, where } from './rule.ts';
import { windows } from './windows.ts';

/** What is passed back in the place of a gradient, so that Δoutput = Σ passed back · Δinput between two points. */
export interface DifferenceRule extends Omit<Rule, 'gradient'> {
  /** `here` and `there`: what was saved at the two points. `refuse` throws: there is no rule for this. */
  readonly multiplier: (
    dy: Tensor,
    here: Tensor[],
    there: Tensor[],
    attributes: Attributes,
    refuse: () => never,
  ) => Record<string, () => Tensor>;
}

const own: Readonly<Record<string, Rule>> = { ...elementwise, ...movement, ...reduction, ...windows };

/** Below this a difference of inputs tells nothing: of functions that are straight by parts, which have no rounding. */
const NONE = 1e-10;
/** Of smooth ones the slope in the middle is then as near as rounding leaves Δy / Δx. */
const SMALL = 1e-2;

function mean(a: Tensor, b: Tensor): Tensor {
  return tf.mul(tf.add(a, b), 0.5);
}

/** `dy · Δy / Δx`, or where Δx tells nothing, what the slope passes back. */
function byDifferences(dy: Tensor, dx: Tensor, difference: Tensor, slope: Tensor, least: number): Tensor {
  return tf.where(tf.less(tf.abs(dx), least), slope, tf.div(tf.mul(dy, difference), dx));
}

/** Linear in the inputs named, all where none are; in others there is no rule. */
function linear(kernel: string, inputs?: readonly string[]): DifferenceRule {
  const rule = own[kernel]!;
  return {
    ...rule,
    multiplier(dy, here, _there, attributes, refuse) {
      const passed = rule.gradient(dy, here, attributes);
      if (inputs === undefined) return passed;
      const named = Object.entries(passed).map(([name, part]) => [
        name,
        inputs.includes(name) ? part : refuse,
      ]);
      return Object.fromEntries(named) as typeof passed;
    },
  };
}

/** A quadratic form of its inputs, of which the slope in the middle is the difference: products and squares. */
function quadratic(kernel: string): DifferenceRule {
  const rule = own[kernel]!;
  return {
    ...rule,
    multiplier: (dy, here, there, attributes) =>
      rule.gradient(
        dy,
        here.map((value, i) => mean(value, there[i]!)),
        attributes,
      ),
  };
}

type Apply = (x: Tensor, attributes: Attributes) => Tensor;

/** A function of one tensor. */
function unary(kernel: string, apply: Apply, least: number): DifferenceRule {
  const rule = own[kernel]!;
  const ofOutput = rule.savesOutput === true;
  return {
    saves: ['x'],
    multiplier: (dy, [here], [there], attributes) => ({
      x() {
        const middle = mean(here!, there!);
        const slope = rule.gradient(dy, [ofOutput ? apply(middle, attributes) : middle], attributes).x!();
        const difference = tf.sub(apply(here!, attributes), apply(there!, attributes));
        return byDifferences(dy, tf.sub(here!, there!), difference, slope, least);
      },
    }),
  };
}

/** By a closed form of what it gives at both points. */
function ofOutputs(factor: (here: Tensor, there: Tensor) => Tensor): DifferenceRule {
  return {
    savesOutput: true,
    multiplier: (dy, [here], [there]) => ({ x: () => tf.mul(dy, factor(here!, there!)) }),
  };
}

/** The larger, or smaller, of a tensor and a bound; of two that both differ there is no rule. */
function bounded(apply: (a: Tensor, b: Tensor) => Tensor): DifferenceRule {
  return {
    saves: ['a', 'b'],
    multiplier(dy, [a, b], [a1, b1], _attributes, refuse) {
      let asked = 0;
      const of = (at: Tensor, from: Tensor) => (): Tensor => {
        if (++asked === 2) return refuse();
        const y = apply(a!, b!);
        const dx = tf.broadcastTo(tf.sub(at, from), y.shape);
        const difference = tf.sub(y, apply(a1!, b1!));
        return unbroadcast(byDifferences(dy, dx, difference, where(tf.equal(y, at), dy), NONE), at);
      };
      return { a: of(a!, a1!), b: of(b!, b1!) };
    },
  };
}

/** Δ(a / b) = mean(1 / b) Δa − mean(a) Δb / (b b′). */
const quotient: DifferenceRule = {
  saves: ['a', 'b'],
  multiplier: (dy, [a, b], [a1, b1]) => ({
    a: () => unbroadcast(tf.mul(dy, mean(tf.reciprocal(b!), tf.reciprocal(b1!))), a!),
    b: () => unbroadcast(tf.neg(tf.div(tf.mul(dy, mean(a!, a1!)), tf.mul(b!, b1!))), b!),
  }),
};

/**
 * The difference of two maxima goes by way of the larger: what it is above there comes from the place of the maximum
 * here, what it is above here from the place of the maximum there.
 */
const maximumPool: DifferenceRule = {
  saves: ['x'],
  savesOutput: true,
  multiplier(dy, here, there, attributes) {
    const [[x, y], [x1, y1]] = [here, there] as [[Tensor, Tensor], [Tensor, Tensor]];
    const back = (gradient: Tensor, saved: Tensor[]): Tensor =>
      own.MaxPool!.gradient(gradient, saved, attributes).x!();
    return {
      x() {
        const larger = tf.maximum(y, y1);
        const parts = tf.add(
          back(tf.mul(dy, tf.sub(larger, y1)), here),
          back(tf.mul(dy, tf.sub(y, larger)), there),
        );
        return byDifferences(tf.onesLike(x), tf.sub(x, x1), parts, back(dy, here), NONE);
      },
    };
  },
};

const straight = [
  ...['Identity', 'ZerosLike', 'OnesLike', 'Reshape', 'ExpandDims', 'Transpose', 'PadV2', 'Slice', 'SplitV'],
  ...['Tile', 'Concat', 'Add', 'AddN', 'Sub', 'Neg', 'Sum', 'Mean', 'AvgPool', 'ResizeBilinear'],
];

/**
 * The kernels that have a rule. Of a function of one tensor it is Δy / Δx; of a product each factor passes back the
 * mean of the other at the two points, which is what it adds in either order, averaged.
 */
export const differenceRules: Readonly<Record<string, DifferenceRule>> = {
  ...Object.fromEntries(straight.map((kernel) => [kernel, linear(kernel)])),
  Cast: {
    multiplier: (dy, _here, _there, { dtype }, refuse) => ({
      x: () => (dtype === 'float32' ? tf.clone(dy) : refuse()),
    }),
  },
  Conv2D: linear('Conv2D', ['x']),
  DepthwiseConv2dNative: linear('DepthwiseConv2dNative', ['x']),
  Conv2DBackpropInput: linear('Conv2DBackpropInput', ['dy']),
  Select: linear('Select', ['t', 'e']),
  Multiply: quadratic('Multiply'),
  BatchMatMul: quadratic('BatchMatMul'),
  Square: quadratic('Square'),
  SquaredDifference: quadratic('SquaredDifference'),
  RealDiv: quotient,
  Reciprocal: ofOutputs((y, y1) => tf.neg(tf.mul(y, y1))),
  Sqrt: ofOutputs((y, y1) => tf.reciprocal(tf.add(y, y1))),
  Rsqrt: ofOutputs((y, y1) => tf.neg(tf.div(tf.square(tf.mul(y, y1)), tf.add(y, y1)))),
  Relu: unary('Relu', tf.relu, NONE),
  Abs: unary('Abs', tf.abs, NONE),
  ClipByValue: unary(
    'ClipByValue',
    (x, { clipValueMin, clipValueMax }) => tf.clipByValue(x, clipValueMin as number, clipValueMax as number),
    NONE,
  ),
  Maximum: bounded(tf.maximum),
  Minimum: bounded(tf.minimum),
  Exp: unary('Exp', tf.exp, SMALL),
  Log: unary('Log', tf.log, SMALL),
  Sigmoid: unary('Sigmoid', tf.sigmoid, SMALL),
  Tanh: unary('Tanh', tf.tanh, SMALL),
  Erf: unary('Erf', tf.erf, SMALL),
  MaxPool: maximumPool,
};

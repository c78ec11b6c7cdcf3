import * as tf from '@tensorflow/tfjs-core';
import { binary, flat, flatBoth, ofOutput, unary, where, zeros, type Rule } from './rule.ts';

/** Rules of kernels that work element by element. */
export const elementwise: Readonly<Record<string, Rule>> = {
  Abs: unary((dy, x) => tf.mul(dy, tf.step(x, -1))),
  Add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  AddN: {
    savesAll: true,
    gradient: (dy, saved) => Object.fromEntries(saved.map((_, i) => [i, () => tf.clone(dy)])),
  },
  Sub: binary(
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  Multiply: binary(
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  RealDiv: binary(
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  Maximum: binary(
    (dy, a, b) => where(tf.greaterEqual(a, b), dy),
    (dy, a, b) => where(tf.less(a, b), dy),
  ),
  Minimum: binary(
    (dy, a, b) => where(tf.lessEqual(a, b), dy),
    (dy, a, b) => where(tf.greater(a, b), dy),
  ),
  SquaredDifference: binary(
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (dy, a, b) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  Greater: flatBoth,
  GreaterEqual: flatBoth,
  Less: flatBoth,
  LessEqual: flatBoth,
  Equal: flatBoth,
  NotEqual: flatBoth,
  LogicalAnd: flatBoth,
  LogicalOr: flatBoth,
  LogicalNot: flat,
  Select: {
    saves: ['condition'],
    gradient: (dy, [condition]) => ({
      condition: () => zeros(condition!),
      t: () => where(condition!, dy),
      e: () => where(tf.logicalNot(condition!), dy),
    }),
  },

  Relu: ofOutput((dy, y) => tf.mul(dy, tf.step(y))),
  Step: flat,
  Sign: flat,
  Sqrt: ofOutput((dy, y) => tf.div(dy, tf.mul(y, 2))),
  Rsqrt: ofOutput((dy, y) => tf.mul(tf.mul(dy, tf.mul(y, tf.square(y))), -0.5)),
  Square: unary((dy, x) => tf.mul(dy, tf.mul(x, 2))),
  Neg: unary((dy) => tf.neg(dy)),
  Exp: ofOutput((dy, y) => tf.mul(dy, y)),
  Log: unary((dy, x) => tf.div(dy, x)),
  Reciprocal: ofOutput((dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  Sigmoid: ofOutput((dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  Tanh: ofOutput((dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  Erf: unary((dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  ClipByValue: {
    saves: ['x'],
    gradient: (dy, [x], { clipValueMin, clipValueMax }) => ({
      x: () =>
        where(
          tf.logicalAnd(
            tf.greaterEqual(x!, clipValueMin as number),
            tf.lessEqual(x!, clipValueMax as number),
          ),
          dy,
        ),
    }),
  },
};

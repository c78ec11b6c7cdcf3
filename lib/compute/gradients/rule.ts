import * as tf from '@tensorflow/tfjs-core';

export type Tensor = tf.Tensor;
export type Attributes = Readonly<Record<string, unknown>>;

export interface Rule {
  /** Inputs whose values the rule needs. */
  readonly saves?: readonly string[];
  /** True when it needs the output, which is then the last of `saved`. */
  readonly savesOutput?: boolean;
  /** For kernels that take a list. */
  readonly savesAll?: boolean;
  readonly gradient: (dy: Tensor, saved: Tensor[], attributes: Attributes) => Record<string, () => Tensor>;
}

/** Sums a gradient over the axes along which `like` was broadcast. */
export function unbroadcast(gradient: Tensor, like: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(like.shape, gradient.shape);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, like.shape);
}

export function unary(gradient: (dy: Tensor, x: Tensor) => Tensor): Rule {
  return { saves: ['x'], gradient: (dy, [x]) => ({ x: () => gradient(dy, x!) }) };
}

export function ofOutput(gradient: (dy: Tensor, y: Tensor) => Tensor, input = 'x'): Rule {
  return { savesOutput: true, gradient: (dy, [y]) => ({ [input]: () => gradient(dy, y!) }) };
}

export function binary(
  da: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  db: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
): Rule {
  return {
    saves: ['a', 'b'],
    gradient: (dy, [a, b]) => ({
      a: () => unbroadcast(da(dy, a!, b!), a!),
      b: () => unbroadcast(db(dy, a!, b!), b!),
    }),
  };
}

export function where(condition: Tensor, dy: Tensor): Tensor {
  return tf.mul(dy, tf.cast(condition, 'float32'));
}

export function zeros(x: Tensor): Tensor {
  return tf.zeros(x.shape);
}

export const flat: Rule = { saves: ['x'], gradient: (_dy, [x]) => ({ x: () => zeros(x!) }) };

export const flatBoth: Rule = {
  saves: ['a', 'b'],
  gradient: (_dy, [a, b]) => ({ a: () => zeros(a!), b: () => zeros(b!) }),
};

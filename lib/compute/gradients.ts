import * as tf from '@tensorflow/tfjs-core';

/*
 * tfjs-core's build for Node computes, but leaves its gradients to the union package, which brings layers,
 * converters and browser backends along. These are the rules for the kernels that compile, written with
 * tfjs functions, so that they run (and are recorded) on any backend.
 */

type Tensor = tf.Tensor;
type Attributes = Readonly<Record<string, unknown>>;

interface Rule {
  /** Inputs whose values the rule needs. */
  readonly saves?: readonly string[];
  /** True when it needs the output, which is then the last of `saved`. */
  readonly savesOutput?: boolean;
  /** For kernels that take a list. */
  readonly savesAll?: boolean;
  readonly gradient: (dy: Tensor, saved: Tensor[], attributes: Attributes) => Record<string, () => Tensor>;
}

/** Sums a gradient over the axes along which `like` was broadcast. */
function unbroadcast(gradient: Tensor, like: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(like.shape, gradient.shape);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, like.shape);
}

function unary(gradient: (dy: Tensor, x: Tensor) => Tensor): Rule {
  return { saves: ['x'], gradient: (dy, [x]) => ({ x: () => gradient(dy, x!) }) };
}

function ofOutput(gradient: (dy: Tensor, y: Tensor) => Tensor, input = 'x'): Rule {
  return { savesOutput: true, gradient: (dy, [y]) => ({ [input]: () => gradient(dy, y!) }) };
}

function binary(
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

function where(condition: Tensor, dy: Tensor): Tensor {
  return tf.mul(dy, tf.cast(condition, 'float32'));
}

function zeros(x: Tensor): Tensor {
  return tf.zeros(x.shape);
}

const flat: Rule = { saves: ['x'], gradient: (_dy, [x]) => ({ x: () => zeros(x!) }) };

const flatBoth: Rule = {
  saves: ['a', 'b'],
  gradient: (_dy, [a, b]) => ({ a: () => zeros(a!), b: () => zeros(b!) }),
};

/** The shape with 1 along the reduced axes. */
function kept(x: Tensor, axis: unknown): { shape: number[]; count: number } {
  const axes = tf.util.parseAxisParam(axis as number | number[], x.shape);
  return {
    shape: x.shape.map((size, i) => (axes.includes(i) ? 1 : size)),
    count: axes.reduce((count, i) => count * x.shape[i]!, 1),
  };
}

function extremum(
  dy: Tensor,
  [x, y]: Tensor[],
  { reductionIndices, axis }: Attributes,
): Record<string, () => Tensor> {
  // Max and Min name them differently.
  const { shape } = kept(x!, reductionIndices ?? axis);
  return { x: () => where(tf.equal(x!, tf.reshape(y!, shape)), tf.reshape(dy, shape)) };
}

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: Attributes): Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap) as unknown as Tensor;
}

const rules: Readonly<Record<string, Rule>> = {
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

  Identity: { gradient: (dy) => ({ x: () => tf.cast(dy, 'float32') }) },
  Cast: { gradient: (dy) => ({ x: () => tf.clone(dy) }) },
  ZerosLike: flat,
  OnesLike: flat,
  Reshape: { saves: ['x'], gradient: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }) },
  ExpandDims: { saves: ['input'], gradient: (dy, [x]) => ({ input: () => tf.reshape(dy, x!.shape) }) },
  Transpose: {
    gradient: (dy, _saved, { perm }) => ({
      x: () => tf.transpose(dy, invert(perm as number[])),
    }),
  },
  PadV2: {
    saves: ['x'],
    gradient: (dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          (paddings as number[][]).map(([before]) => before!),
          x!.shape,
        ),
    }),
  },
  Slice: {
    saves: ['x'],
    gradient: (dy, [x], { begin, size }) => {
      const [from, length] = tf.slice_util.parseSliceParams(x!, begin as number[], size as number[]) as [
        number[],
        number[],
      ];
      const paddings = from.map((start, i): [number, number] => [start, x!.shape[i]! - start - length[i]!]);
      return { x: () => tf.pad(dy, paddings) };
    },
  },
  Concat: {
    savesAll: true,
    gradient: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, dy.shape)[0]!;
      let start = 0;
      return Object.fromEntries(
        saved.map((part, i) => {
          const begin = dy.shape.map((_, d) => (d === along ? start : 0));
          start += part.shape[along]!;
          return [i, () => tf.slice(dy, begin, part.shape)];
        }),
      );
    },
  },

  Sum: {
    saves: ['x'],
    gradient: (dy, [x], { axis }) => ({
      x: () => tf.mul(tf.reshape(dy, kept(x!, axis).shape), tf.ones(x!.shape)),
    }),
  },
  Mean: {
    saves: ['x'],
    gradient: (dy, [x], { axis }) => {
      const { shape, count } = kept(x!, axis);
      return { x: () => tf.mul(tf.div(tf.reshape(dy, shape), count), tf.ones(x!.shape)) };
    },
  },
  Max: { saves: ['x'], savesOutput: true, gradient: extremum },
  Min: { saves: ['x'], savesOutput: true, gradient: extremum },
  BatchMatMul: { saves: ['a', 'b'], gradient: matrixProduct },
  Softmax: ofOutput((dy, y) => {
    const weighted = tf.mul(dy, y);
    return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y));
  }, 'logits'),

  Conv2D: {
    saves: ['x', 'filter'],
    gradient: (dy, [x, filter], { strides, pad, dataFormat, dilations, dimRoundingMode }) => {
      if ([dilations].flat(2).some((dilation) => dilation !== 1))
        throw new Error('a dilated convolution has no gradient here');
      const common = { strides, pad, dataFormat, dimRoundingMode };
      return {
        x: () => run('Conv2DBackpropInput', { dy, filter: filter! }, { ...common, inputShape: x!.shape }),
        filter: () => run('Conv2DBackpropFilter', { x: x!, dy }, { ...common, filterShape: filter!.shape }),
      };
    },
  },
  Conv2DBackpropInput: {
    saves: ['dy', 'filter'],
    gradient: (ddx, [dy, filter], { strides, pad, dataFormat, dimRoundingMode }) => {
      const common = { strides, pad, dataFormat, dimRoundingMode };
      return {
        dy: () => run('Conv2D', { x: ddx, filter: filter! }, { ...common, dilations: 1 }),
        filter: () =>
          run('Conv2DBackpropFilter', { x: ddx, dy: dy! }, { ...common, filterShape: filter!.shape }),
      };
    },
  },
  MaxPool: {
    saves: ['x'],
    savesOutput: true,
    gradient: (dy, [x, y], attributes) => ({
      x: () => run('MaxPoolGrad', { dy, input: x!, output: y! }, attributes),
    }),
  },
  AvgPool: {
    saves: ['x'],
    gradient: (dy, [x], attributes) => {
      const { pad } = attributes;
      if (pad !== 'valid' && pad !== 0)
        throw new Error(
          'average pooling with padding has no gradient: tfjs divides by the wrong count at the edges',
        );
      return { x: () => run('AvgPoolGrad', { dy, input: x! }, attributes) };
    },
  },
};

function invert(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

function matrixProduct(dy: Tensor, [a, b]: Tensor[], attributes: Attributes): Record<string, () => Tensor> {
  const { transposeA: ta, transposeB: tb } = attributes as { transposeA: boolean; transposeB: boolean };
  return {
    a: () => unbroadcast(ta ? tf.matMul(b!, dy, tb, true) : tf.matMul(dy, b!, false, !tb), a!),
    b: () => unbroadcast(tb ? tf.matMul(dy, a!, true, ta) : tf.matMul(a!, dy, !ta, false), b!),
  };
}

/**
 * Makes tfjs differentiate. Safe to call by several copies of this module around one tfjs-core; a rule that
 * is there already (the union package registers its own) stays.
 */
export function registerGradients(): void {
  for (const [kernelName, rule] of Object.entries(rules)) {
    // tfjs's types leave out that there may be none.
    if ((tf.getGradient(kernelName) as tf.GradConfig | undefined) !== undefined) continue;
    tf.registerGradient({
      kernelName,
      inputsToSave: [...(rule.saves ?? [])],
      outputsToSave: rule.savesOutput === true ? [true] : [],
      saveAllInputs: rule.savesAll === true,
      gradFunc: (dy, saved, attributes) => rule.gradient(dy as Tensor, saved, attributes),
    });
  }
}

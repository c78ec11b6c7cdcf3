import { foldElementwise, permuteValues, scalarFunction, sliceValues } from './fold.ts';
import {
  elements,
  fillValue,
  isConstant,
  sameShape,
  type Attributes,
  type Node,
  type ValueType,
} from './graph.ts';
import type { KernelName } from './kernels.ts';

/** A node that is not in the graph yet. */
export type Draft = Omit<Node, 'id' | 'fed'>;

/** What rules make nodes with; each node made is simplified in turn. */
interface Builder {
  fill(value: number, shape: readonly number[], dtype: ValueType): Node;
  constant(values: Float32Array | Int32Array, shape: readonly number[], dtype: ValueType): Node;
  node(
    kernel: KernelName,
    inputs: readonly Node[],
    attributes: Attributes,
    shape: readonly number[],
    dtype: ValueType,
  ): Node;
}

type Rule = (draft: Draft, builder: Builder) => Node | null;

/**
 * Tensors without elements: none are made, so that operators need not take them. A kernel whose result has
 * elements all the same must be one of those that say what those are.
 */
const empty: Rule = ({ kernel, inputs, shape, dtype, attributes }, builder) => {
  if (elements(shape) === 0) return builder.fill(0, shape, dtype);
  if (!inputs.some((input) => elements(input.shape) === 0)) return null;
  switch (kernel) {
    case 'Sum':
    case 'Mean':
    case 'BatchMatMul':
      return builder.fill(0, shape, dtype);
    case 'PadV2':
      return builder.fill(attributes.value as number, shape, dtype);
    case 'Concat': {
      const parts = inputs.filter((input) => elements(input.shape) > 0);
      return builder.node('Concat', parts, attributes, shape, dtype);
    }
    default:
      throw new Error('a tensor without elements has no part in this');
  }
};

/** Larger results of constant arithmetic are left to the engine. */
const FOLDED_ELEMENTS = 1 << 24;

const foldFills: Rule = ({ kernel, inputs, shape, dtype, attributes }, builder) => {
  const values = inputs.map(fillValue);
  const [a, b] = values;
  if (inputs.length === 0 || values.includes(null)) return null;
  const compute = scalarFunction(kernel);
  if (compute !== null && dtype === 'float32') return builder.fill(compute(a!, b ?? a!), shape, dtype);
  switch (kernel) {
    case 'Reshape':
    case 'Transpose':
    case 'Slice':
      return builder.fill(a!, shape, dtype);
    case 'Cast':
      return builder.fill(
        dtype === 'int32' ? Math.trunc(a!) : dtype === 'bool' ? Number(a !== 0) : a!,
        shape,
        dtype,
      );
    case 'Sum':
      return dtype === 'float32'
        ? builder.fill((a! * elements(inputs[0]!.shape)) / elements(shape), shape, dtype)
        : null;
    case 'Mean':
      return builder.fill(a!, shape, dtype);
    case 'Step':
      return builder.fill(a! > 0 ? 1 : (attributes.alpha as number), shape, dtype);
    default:
      return null;
  }
};

const foldConstants: Rule = ({ kernel, inputs, shape, dtype, attributes }, builder) => {
  const [x] = inputs;
  if (x === undefined || !inputs.every(isConstant) || elements(shape) > FOLDED_ELEMENTS) return null;
  if (kernel === 'Reshape' && x.values !== null) return builder.constant(x.values, shape, dtype);
  if (kernel === 'Transpose' && x.values !== null)
    return builder.constant(permuteValues(x.values, x.shape, attributes.perm as number[]), shape, dtype);
  if (kernel === 'Slice' && x.values !== null)
    return builder.constant(
      sliceValues(x.values, x.shape, attributes.begin as number[], shape),
      shape,
      dtype,
    );
  if (dtype !== 'float32' || inputs.some((input) => input.dtype !== 'float32')) return null;
  const values = foldElementwise(kernel, inputs, shape);
  return values === null ? null : builder.constant(values, shape, dtype);
};

/** x × 1, x + 0 and the like. Where the other operand was larger, x is spread by a product with ones. */
const neutral: Rule = ({ kernel, inputs, shape, dtype }, builder) => {
  if (inputs.length !== 2) return null;
  const [a, b] = inputs as [Node, Node];
  const keep = (x: Node): Node | null => {
    if (sameShape(x.shape, shape)) return x;
    if (elements(x.shape) === elements(shape)) return builder.node('Reshape', [x], {}, shape, dtype);
    return kernel === 'Multiply'
      ? null
      : builder.node('Multiply', [x, builder.fill(1, shape, dtype)], {}, shape, dtype);
  };
  const [left, right] = [fillValue(a), fillValue(b)];
  switch (kernel) {
    case 'Add':
      return left === 0 ? keep(b) : right === 0 ? keep(a) : null;
    case 'Sub':
      return right === 0 ? keep(a) : null;
    case 'Multiply':
      if (left === 0 || right === 0) return builder.fill(0, shape, dtype);
      return left === 1 ? keep(b) : right === 1 ? keep(a) : null;
    case 'RealDiv':
      return right === 1 ? keep(a) : null;
    default:
      return null;
  }
};

/** Reshapes, casts and double negations that change nothing. */
const redundant: Rule = ({ kernel, inputs, shape, dtype, attributes }, builder) => {
  const [x] = inputs;
  if (x === undefined) return null;
  switch (kernel) {
    case 'Reshape':
      if (sameShape(x.shape, shape)) return x;
      return x.kernel === 'Reshape' ? builder.node('Reshape', x.inputs, {}, shape, dtype) : null;
    case 'Cast':
      return x.dtype === dtype ? x : null;
    case 'Neg':
      return x.kernel === 'Neg' ? x.inputs[0]! : null;
    case 'Transpose': {
      const perm = attributes.perm as number[];
      if (perm.every((axis, i) => axis === i)) return x;
      if (x.kernel !== 'Transpose') return null;
      const before = x.attributes.perm as number[];
      return builder.node('Transpose', x.inputs, { perm: perm.map((axis) => before[axis]!) }, shape, dtype);
    }
    case 'Concat':
      return inputs.length === 1 ? x : null;
    case 'Slice':
      return sameShape(x.shape, shape) ? x : null;
    case 'PadV2':
      return sameShape(x.shape, shape) ? x : null;
    case 'Sum':
    case 'Mean':
      return elements(x.shape) === elements(shape) ? builder.node('Reshape', [x], {}, shape, dtype) : null;
    default:
      return null;
  }
};

/** True for a vector along the last axis (or one number) of weights: what can move into a convolution's filter. */
function perChannel(node: Node): boolean {
  return !node.fed && elements(node.shape) === (node.shape.at(-1) ?? 1);
}

function isConvolution({ kernel }: Node): boolean {
  return kernel === 'Conv2D' || kernel === 'DepthwiseConv2dNative';
}

/** One number per output channel, as it multiplies the filter: a depthwise one has them in its last two axes. */
function alongOutputs(scale: Node, { kernel, inputs }: Node, builder: Builder): Node {
  const count = elements(scale.shape);
  if (kernel === 'Conv2D' || count === 1) return scale;
  const shape = [1, 1, ...inputs[1]!.shape.slice(2)];
  return builder.node('Reshape', [scale], {}, shape, scale.dtype);
}

/** Batch norm with given averages moves into the filter: (x ∗ F)·s = x ∗ (F·s). */
const scaledConvolution: Rule = ({ kernel, inputs, shape, dtype }, builder) => {
  if (kernel !== 'Multiply') return null;
  for (const [convolution, scale] of [inputs, [...inputs].reverse()] as [Node, Node][]) {
    if (!isConvolution(convolution) || !perChannel(scale) || scale.shape.length > 4) continue;
    const [x, filter] = convolution.inputs as [Node, Node];
    if (filter.fed || !sameShape(convolution.shape, shape)) continue;
    const scaled = builder.node(
      'Multiply',
      [filter, alongOutputs(scale, convolution, builder)],
      {},
      filter.shape,
      dtype,
    );
    return builder.node(convolution.kernel as KernelName, [x, scaled], convolution.attributes, shape, dtype);
  }
  return null;
};

/** The same for the gradient: the transposed convolution of dy·s is that of dy with the scaled filter. */
const scaledGradient: Rule = ({ kernel, inputs, shape, dtype, attributes }, builder) => {
  const [dy, filter] = inputs;
  const depthwise = kernel === 'DepthwiseConv2dNativeBackpropInput';
  if ((kernel !== 'Conv2DBackpropInput' && !depthwise) || dy!.kernel !== 'Multiply' || filter!.fed)
    return null;
  for (const [gradient, scale] of [dy!.inputs, [...dy!.inputs].reverse()] as [Node, Node][]) {
    if (!perChannel(scale) || scale.shape.length > 4 || !sameShape(gradient.shape, dy!.shape)) continue;
    const count = elements(scale.shape);
    const along = depthwise && count > 1 ? filter!.shape.slice(2) : [1, count];
    const spread = builder.node('Reshape', [scale], {}, [1, 1, ...along], dtype);
    const scaled = builder.node('Multiply', [filter!, spread], {}, filter!.shape, dtype);
    return builder.node(kernel, [gradient, scaled], attributes, shape, dtype);
  }
  return null;
};

const rules: readonly Rule[] = [
  empty,
  foldFills,
  neutral,
  redundant,
  foldConstants,
  scaledConvolution,
  scaledGradient,
];

/** A simpler node with the same value (0 × x counts as 0, whatever x), or null. */
export function simplify(draft: Draft, builder: Builder): Node | null {
  for (const rule of rules) {
    const simpler = rule(draft, builder);
    if (simpler !== null) return simpler;
  }
  return null;
}

import { elements, type Node } from './graph.ts';

/** Arithmetic of the elementwise kernels on numbers, for operands known while recording. */
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: (a, b) => Math.max(a, b),
  Minimum: (a, b) => Math.min(a, b),
  Abs: (a) => Math.abs(a),
  Neg: (a) => -a,
  Relu: (a) => Math.max(a, 0),
  Sqrt: (a) => Math.sqrt(a),
  Rsqrt: (a) => 1 / Math.sqrt(a),
  Reciprocal: (a) => 1 / a,
};

export function scalarFunction(kernel: string): ((a: number, b: number) => number) | null {
  return arithmetic[kernel] ?? null;
}

/** For each element of `shape`, its place in an operand broadcast to it. */
function places(operand: readonly number[], shape: readonly number[]): Int32Array {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    if (operand[axis] !== 1) strides[shape.length - operand.length + axis] = stride;
    stride *= operand[axis]!;
  }
  const result = new Int32Array(elements(shape));
  const index = new Array<number>(shape.length).fill(0);
  let place = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

interface Operand {
  readonly values: ArrayLike<number>;
  /** Where each element of the result finds its own; null where it is the element of the same place. */
  readonly place: Int32Array | null;
}

function operand(node: Node, shape: readonly number[]): Operand {
  const filled = node.kernel === 'Fill';
  const values = filled ? [node.attributes.value as number] : node.values!;
  const same = !filled && elements(node.shape) === elements(shape);
  return { values, place: same ? null : places(filled ? [] : node.shape, shape) };
}

/** An elementwise kernel on constants, worked out, rounded to single precision. */
export function foldElementwise(
  kernel: string,
  inputs: readonly Node[],
  shape: readonly number[],
): Float32Array | null {
  const compute = scalarFunction(kernel);
  if (compute === null) return null;
  const a = operand(inputs[0]!, shape);
  const b = inputs.length > 1 ? operand(inputs[1]!, shape) : a;
  const result = new Float32Array(elements(shape));
  for (let i = 0; i < result.length; i++) {
    result[i] = compute(a.values[a.place?.[i] ?? i]!, b.values[b.place?.[i] ?? i]!);
  }
  return result;
}

/** The values of a constant with its axes in another order. */
export function permuteValues<T extends Float32Array | Float64Array | Int32Array>(
  values: T,
  shape: readonly number[],
  order: readonly number[],
): T {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const target = order.map((axis) => shape[axis]!);
  const result = values.slice() as T;
  const index = new Array<number>(target.length).fill(0);
  let place = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[place]!;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      place += strides[order[axis]!]!;
      if (++index[axis]! < target[axis]!) break;
      place -= strides[order[axis]!]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** A block of a constant, from `begin` on. */
export function sliceValues<T extends Float32Array | Int32Array>(
  values: T,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
): T {
  // Axes that are taken whole, at the end, lie together.
  let run = shape.length;
  while (run > 0 && size[run - 1] === shape[run - 1]) run--;
  const length = elements(size.slice(Math.max(0, run - 1)));
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const result = values.slice(0, elements(size)) as T;
  const index = size.map(() => 0);
  for (let to = 0; to < result.length; to += length) {
    const from = strides.reduce((sum, stride, axis) => sum + stride * (begin[axis]! + index[axis]!), 0);
    result.set(values.subarray(from, from + length), to);
    for (let axis = run - 2; axis >= 0; axis--) {
      if (++index[axis]! < size[axis]!) break;
      index[axis] = 0;
    }
  }
  return result;
}

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

function read(node: Node, shape: readonly number[]): (i: number) => number {
  if (node.kernel === 'Fill') return () => node.attributes.value as number;
  const place = places(node.shape, shape);
  return (i) => node.values![place[i]!]!;
}

/** An elementwise kernel on constants, worked out, rounded to single precision. */
export function foldElementwise(
  kernel: string,
  inputs: readonly Node[],
  shape: readonly number[],
): Float32Array | null {
  const compute = scalarFunction(kernel);
  if (compute === null) return null;
  const a = read(inputs[0]!, shape);
  const b = inputs.length > 1 ? read(inputs[1]!, shape) : a;
  return Float32Array.from({ length: elements(shape) }, (_, i) => compute(a(i), b(i)));
}

/** The values of a constant with its axes in another order. */
export function permuteValues<T extends Float32Array | Int32Array>(
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

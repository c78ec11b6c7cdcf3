export type ValueType = 'float32' | 'int32' | 'bool';

type Attribute = number | string | boolean | null | readonly Attribute[];

export type Attributes = Readonly<Record<string, Attribute | undefined>>;

/**
 * One operation of a recorded function and the one tensor it gives. `kernel` is a tfjs kernel name, or one
 * of `Input` (a name), `Constant` (values) and `Fill` (one value everywhere).
 */
export interface Node {
  readonly id: number;
  readonly kernel: string;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** Of a `Constant`, row-major. */
  readonly values: Float32Array | Int32Array | null;
  /** Whether it depends on what is fed anew on each call: images do, weights and what is made of them do not. */
  readonly fed: boolean;
}

/** A recorded function: what leads to `outputs`, and the inputs it was declared with. */
export interface Graph {
  readonly inputs: Readonly<Record<string, Node>>;
  readonly outputs: Readonly<Record<string, Node>>;
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Shape of an elementwise operation's result, by the usual rules. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, i) => {
      const axis = rank - shape.length + i;
      const present = result[axis]!;
      if (present !== size && present !== 1 && size !== 1)
        throw new Error(`shapes ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not go together`);
      if (size !== 1) result[axis] = size;
    });
  }
  return result;
}

/** The one value of a fill, or null. */
export function fillValue(node: Node): number | null {
  return node.kernel === 'Fill' ? (node.attributes.value as number) : null;
}

export function isConstant(node: Node): boolean {
  return node.kernel === 'Fill' || node.kernel === 'Constant';
}

/** The nodes that lead to `roots`, each after those it uses. */
export function reachable(roots: readonly Node[]): Node[] {
  const seen = new Set<number>();
  const order: Node[] = [];
  const stack = [...roots].reverse().map((node) => ({ node, done: false }));
  while (stack.length > 0) {
    const { node, done } = stack.pop()!;
    if (done) order.push(node);
    else if (!seen.has(node.id)) {
      seen.add(node.id);
      stack.push({ node, done: true });
      for (const input of [...node.inputs].reverse()) stack.push({ node: input, done: false });
    }
  }
  return order;
}

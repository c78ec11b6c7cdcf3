import { elements, sameShape, type Attributes, type Node, type ValueType } from './graph.ts';
import { typeTaken } from './kernel.ts';
import { resultOf, taken, type KernelName } from './kernels.ts';
import { simplify, type Draft } from './simplify.ts';

/** Constants up to this size are compared by their values when equal nodes are merged. */
const COMPARED_ELEMENTS = 4096;

/** Makes nodes: equal ones once (common subexpressions), and simpler ones where a rule allows. */
export class GraphBuilder {
  readonly #nodes = new Map<string, Node>();
  #count = 0;

  /** `fed`: anew on each call. */
  input(name: string, shape: readonly number[], dtype: ValueType, fed: boolean): Node {
    return this.#make({ kernel: 'Input', inputs: [], attributes: { name }, shape, dtype, values: null }, fed);
  }

  fill(value: number, shape: readonly number[], dtype: ValueType): Node {
    const attributes = { value: dtype === 'float32' ? Math.fround(value) : value };
    return this.#make({ kernel: 'Fill', inputs: [], attributes, shape, dtype, values: null });
  }

  /** A uniform array becomes a fill. */
  constant(values: Float32Array | Int32Array, shape: readonly number[], dtype: ValueType): Node {
    const [first] = values;
    if (first !== undefined && values.every((value) => Object.is(value, first)))
      return this.fill(first, shape, dtype);
    return this.#make({ kernel: 'Constant', inputs: [], attributes: {}, shape, dtype, values });
  }

  /** A kernel with attributes as tfjs gives them. */
  apply(kernel: KernelName, inputs: readonly Node[], given: Readonly<Record<string, unknown>> = {}): Node {
    const takes = taken(kernel);
    const operands = inputs.map((input) => this.#cast(input, typeTaken(takes, input.dtype)));
    const { shape, dtype, attributes = {} } = resultOf(kernel, operands, given);
    return this.node(kernel === 'ExpandDims' ? 'Reshape' : kernel, operands, attributes, shape, dtype);
  }

  #cast(node: Node, dtype: ValueType): Node {
    return node.dtype === dtype ? node : this.node('Cast', [node], {}, node.shape, dtype);
  }

  /** A kernel whose result is known already, with attributes in their fixed form. */
  node(
    kernel: KernelName,
    inputs: readonly Node[],
    attributes: Attributes,
    shape: readonly number[],
    dtype: ValueType,
  ): Node {
    const draft = { kernel, inputs, attributes, shape, dtype, values: null };
    const simpler = simplify(draft, this);
    if (simpler === null) return this.#make(draft);
    if (!sameShape(simpler.shape, shape) || simpler.dtype !== dtype)
      throw new Error(`simplifying ${kernel} changed its result`);
    return simpler;
  }

  #make(draft: Draft, fed = draft.inputs.some((input) => input.fed)): Node {
    const key = this.#key(draft);
    const present = this.#nodes.get(key);
    if (present !== undefined) return present;
    const node = { ...draft, fed, id: this.#count++ };
    this.#nodes.set(key, node);
    return node;
  }

  #key({ kernel, inputs, attributes, shape, dtype, values }: Draft): string {
    const content =
      values === null
        ? ''
        : elements(shape) <= COMPARED_ELEMENTS
          ? values.join()
          : `large ${String(this.#count)}`;
    const number = (_: string, value: unknown): unknown =>
      typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value;
    return [
      kernel,
      inputs.map((input) => input.id).join(),
      JSON.stringify(attributes, number),
      shape.join(),
      dtype,
      content,
    ].join(';');
  }
}

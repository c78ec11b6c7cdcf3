import type { Tensor } from '@tensorflow/tfjs-core';
import type { FileNode, FileTensor, OnnxFile } from '../onnx/decode.ts';
import { attentionsOf } from './attention.ts';
import type { Operator } from './operation.ts';
import { operators } from './operators.ts';
import { known, plain, type Value } from './value.ts';

export interface RunOptions {
  readonly relu: (x: Tensor) => Tensor;
  /** Told each node, as messages name it, before it is computed. */
  readonly at?: ((node: string) => void) | undefined;
}

/** From which operand on an operator's numbers are bounds and sizes: part of the net, not weights. */
const FIXED_FROM: Readonly<Record<string, number>> = {
  Clip: 1,
  Pad: 1,
  Pow: 1,
  Resize: 1,
  Upsample: 1,
  Dropout: 1,
};

/** A net that is not imported, in words for whoever exported it. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

function operatorOf(op: string): Operator | undefined {
  return Object.hasOwn(operators, op) ? operators[op] : undefined;
}

/** How messages name a node. */
function told({ op, name, outputs }: FileNode): string {
  return `${op} '${name === '' ? outputs[0]! : name}'`;
}

const REMEDY = 'write that part of the net with other operators, or leave it out of the export';

/** An ONNX graph as a function of its weights. */
export class ImportedGraph {
  readonly file: OnnxFile;
  readonly #producer = new Map<string, FileNode>();
  /** Tensors of the file that are part of the net whatever its weights: bounds, and all that is not float32. */
  readonly #fixed = new Set<string>();

  /** Throws an `ImportError` for a graph of operators that are not imported, and for one that is no net of images. */
  constructor(file: OnnxFile) {
    this.file = file;
    const foreign = file.nodes.find(({ domain }) => domain !== '');
    if (foreign !== undefined)
      throw new ImportError(
        `${told(foreign)} is of ${foreign.domain}, not one of ONNX's own operators; ${REMEDY}`,
      );
    const missing = file.nodes.filter(({ op }) => operatorOf(op) === undefined);
    if (missing.length > 0) {
      const others = [...new Set(missing.map(({ op }) => op))].slice(1);
      const more = others.length === 0 ? '' : ` (nor are ${others.join(', ')})`;
      throw new ImportError(`${told(missing[0]!)} is not imported${more}; ${REMEDY}`);
    }
    for (const node of file.nodes) {
      for (const output of node.outputs) this.#producer.set(output, node);
      for (const input of node.inputs.slice(FIXED_FROM[node.op] ?? Infinity)) this.#fixed.add(input);
    }
  }

  /** The operators that attribution methods rule: ReLU, and what is one up to a bound. */
  get rectifiers(): number {
    return this.file.nodes.filter(
      (node) => node.op === 'Relu' || (node.op === 'Clip' && this.#fromZero(node)),
    ).length;
  }

  /** The outputs of its attentions' softmax; throws an `ImportError` where there is none. */
  get attentions(): string[] {
    const found = attentionsOf(this.file);
    if (found.length > 0) return found;
    const others = this.file.nodes.filter(({ op }) => op === 'Softmax').map(told);
    const there = others.length === 0 ? 'it has no Softmax at all' : `its ${others.join(', ')} is none`;
    throw new ImportError(
      `the net has no attention, a Softmax of the product of two activations with which a third is multiplied; ${there}`,
    );
  }

  #fromZero({ inputs, attributes }: FileNode): boolean {
    const low = inputs[1];
    if (low === undefined) return attributes.min === 0;
    const held =
      this.file.tensors[low] ?? (this.#producer.get(low)?.attributes.value as FileTensor | undefined);
    return held?.values[0] === 0;
  }

  /** Names of the weights. */
  get weights(): string[] {
    return Object.keys(this.file.tensors).filter(
      (name) => this.file.tensors[name]!.type === 'float32' && !this.#fixed.has(name),
    );
  }

  /** The output that a name means: a tensor, a node, or a module of PyTorch whose last output it is. */
  find(name: string): string {
    if (this.#producer.has(name)) return name;
    const ofNode = this.file.nodes.find((node) => node.name === name);
    if (ofNode !== undefined) return ofNode.outputs[0]!;
    const inModule = this.file.nodes.filter((node) => scopes(node).includes(name));
    const last = inModule.at(-1);
    if (last !== undefined) return last.outputs[0]!;
    const modules = [...new Set(this.file.nodes.flatMap((node) => scopes(node).slice(0, 2)))].filter(
      (module) => /^[^_]/.test(module),
    );
    const there =
      modules.length > 0
        ? `modules: ${modules.slice(0, 12).join(', ')}`
        : `tensors: ${[...this.#producer.keys()].slice(-8).join(', ')}`;
    throw new ImportError(`the graph has no tensor, node or module '${name}'; it has ${there}`);
  }

  /** The nodes that lead to what is wanted, from what is given, in the order of the file. */
  #needed(wanted: readonly string[], given: Readonly<Record<string, unknown>>): Set<FileNode> {
    const needed = new Set<FileNode>();
    const stack = [...wanted];
    while (stack.length > 0) {
      const name = stack.pop()!;
      if (given[name] !== undefined) continue;
      const node = this.#producer.get(name);
      if (node === undefined || needed.has(node)) continue;
      needed.add(node);
      stack.push(...node.inputs);
    }
    return needed;
  }

  /** What is wanted, by name, of given tensors and weights. */
  run(
    given: Readonly<Record<string, Value>>,
    weights: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
    { relu, at }: RunOptions,
  ): Record<string, Value> {
    const { file } = this;
    const values = new Map<string, Value>(Object.entries(given));
    const batch = { now: Object.values(given)[0]?.shape[0] ?? 1, written: file.inputs[0]?.dims?.[0] ?? null };
    const value = (name: string): Value | undefined =>
      name === '' ? undefined : (values.get(name) ?? this.#held(name, weights));
    const needed = this.#needed(wanted, given);
    for (const node of file.nodes) {
      if (!needed.has(node)) continue;
      const { op, attributes, inputs, outputs } = node;
      at?.(told(node));
      try {
        const operands = inputs.map(value);
        const { opset } = file;
        const operation = { op, attributes, inputs: operands, outputs: outputs.length, opset, relu, batch };
        [operatorOf(op)!(operation)].flat().forEach((result, i) => values.set(outputs[i]!, result));
      } catch (error) {
        if (error instanceof ImportError) throw error;
        const said = error instanceof Error ? error.message : String(error);
        throw new ImportError(`${told(node)}: ${said}`, { cause: error });
      }
    }
    return Object.fromEntries(wanted.map((name) => [name, value(name)!]));
  }

  /** A tensor of the file, or the weight that stands for it. */
  #held(name: string, weights: Readonly<Record<string, Tensor>>): Value {
    const tensor = Object.hasOwn(this.file.tensors, name) ? this.file.tensors[name] : undefined;
    if (tensor === undefined)
      throw new ImportError(
        `'${name}' has no value: a net of images has one input, and this graph has ${this.file.inputs.map((input) => `'${input.name}'`).join(', ')}`,
      );
    const weight = weights[name];
    if (weight !== undefined) return { ...plain(weight), shape: tensor.dims };
    if (tensor.external !== undefined)
      throw new ImportError(
        `'${name}' lies in '${tensor.external}', a file of its own; export the graph with external_data=False`,
      );
    return known(tensor.values, tensor.dims, tensor.type !== 'float32');
  }
}

/** The modules that a node is part of: of torch.export's notes, or of the paths in the names of older exports. */
function scopes({ notes, name }: FileNode): string[] {
  const list = notes['pkg.torch.onnx.name_scopes'];
  if (list !== undefined) return [...list.matchAll(/'([^']*)'/g)].map(([, scope]) => scope!);
  // '/layer4/layer4.1/relu/Relu'
  return name.split('/').slice(1, -1);
}

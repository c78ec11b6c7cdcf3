import { elementType, type OnnxModel, type OnnxNode, type OnnxPort, type OnnxType } from './model.ts';

/** A model in two: what depends on some of its inputs alone, and the rest, which takes what that gives as inputs. */
interface Hoisted {
  /** Null where nothing depends on them alone. */
  readonly before: OnnxModel | null;
  readonly rest: OnnxModel;
}

/**
 * Takes out what depends on the `fixed` inputs alone, such as filters in the order that a convolution wants
 * them, or cast: while those stay the same, it need not be worked out again. Where `halves` is false, what is
 * float16 stays in the rest.
 */
export function hoist(model: OnnxModel, fixed: ReadonlySet<string>, halves: boolean): Hoisted {
  const constant = new Set(model.initializers.map(({ name }) => name));
  const types = resultTypes(model);
  const early = new Set(fixed);
  const results = new Set(model.outputs.map(({ name }) => name));
  for (const { inputs, output } of model.nodes) {
    const needed = inputs.filter((name) => name !== '' && !constant.has(name));
    if (needed.length === 0) constant.add(output);
    else if (results.has(output) || (types.get(output) === 'float16' && !halves)) continue;
    else if (needed.every((name) => early.has(name))) early.add(output);
  }
  const late = model.nodes.filter(({ output }) => !early.has(output) && !constant.has(output));
  const given = new Set(
    late.flatMap(({ inputs }) => inputs).filter((name) => early.has(name) && !fixed.has(name)),
  );
  if (given.size === 0) return { before: null, rest: model };
  const ports = [...given].map((name): OnnxPort => ({
    name,
    type: types.get(name)!,
    dims: null,
  }));
  return {
    before: part(model, given, new Set(), ports),
    rest: part({ ...model, inputs: [...model.inputs, ...ports] }, results, given, model.outputs),
  };
}

const TRUTHS = new Set([
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
  ...['And', 'Or', 'Not', 'IsNaN', 'IsInf'],
]);

/** What every result is: mostly what the first operand is, and float16 where any is. */
function resultTypes({ nodes, initializers, inputs }: OnnxModel): ReadonlyMap<string, OnnxType> {
  const types = new Map([...initializers, ...inputs].map(({ name, type }) => [name, type]));
  const cast = (to: unknown): OnnxType =>
    (Object.keys(elementType) as OnnxType[]).find((type) => elementType[type] === to)!;
  const typeOf = ({ op, inputs: operands, attributes }: OnnxNode): OnnxType => {
    if (op === 'Cast') return cast(attributes.to);
    if (op === 'ArgMax') return 'int64';
    if (TRUTHS.has(op)) return 'bool';
    if (operands.some((name) => types.get(name) === 'float16')) return 'float16';
    return types.get(operands[op === 'Where' ? 1 : 0]!)!;
  };
  for (const node of nodes) types.set(node.output, typeOf(node));
  return types;
}

/** What leads to `wanted`, up to what is `given`. */
function part(
  model: OnnxModel,
  wanted: ReadonlySet<string>,
  given: ReadonlySet<string>,
  outputs: readonly OnnxPort[],
): OnnxModel {
  const used = new Set(wanted);
  const nodes: OnnxNode[] = [];
  for (const node of [...model.nodes].reverse()) {
    if (!used.has(node.output) || given.has(node.output)) continue;
    nodes.push(node);
    for (const input of node.inputs) used.add(input);
  }
  return {
    nodes: nodes.reverse(),
    initializers: model.initializers.filter(({ name }) => used.has(name)),
    inputs: model.inputs.filter(({ name }) => used.has(name)),
    outputs,
  };
}

import { elementType, type OnnxModel, type OnnxNode, type OnnxPort } from './model.ts';

/** A model in two: what depends on some of its inputs alone, and the rest, which takes what that gives as inputs. */
interface Hoisted {
  /** Null where nothing depends on them alone. */
  readonly before: OnnxModel | null;
  readonly rest: OnnxModel;
}

/**
 * Takes out what depends on the `fixed` inputs alone, such as filters in the order that a convolution wants
 * them, or cast: while those stay the same, it need not be worked out again. All of it must be float32 or
 * float16; where `halves` is false, what is float16 stays in the rest.
 */
export function hoist(model: OnnxModel, fixed: ReadonlySet<string>, halves: boolean): Hoisted {
  const constant = new Set(model.initializers.map(({ name }) => name));
  const half = halfResults(model);
  const early = new Set(fixed);
  const results = new Set(model.outputs.map(({ name }) => name));
  for (const { inputs, output } of model.nodes) {
    const needed = inputs.filter((name) => name !== '' && !constant.has(name));
    if (needed.length === 0) constant.add(output);
    else if (results.has(output) || (half.has(output) && !halves)) continue;
    else if (needed.every((name) => early.has(name))) early.add(output);
  }
  const late = model.nodes.filter(({ output }) => !early.has(output) && !constant.has(output));
  const given = new Set(
    late.flatMap(({ inputs }) => inputs).filter((name) => early.has(name) && !fixed.has(name)),
  );
  if (given.size === 0) return { before: null, rest: model };
  const ports = [...given].map((name): OnnxPort => ({
    name,
    type: half.has(name) ? 'float16' : 'float32',
    dims: null,
  }));
  return {
    before: part(model, given, new Set(), ports),
    rest: part({ ...model, inputs: [...model.inputs, ...ports] }, results, given, model.outputs),
  };
}

/** Names of the results that are float16. */
function halfResults({ nodes }: OnnxModel): Set<string> {
  const half = new Set<string>();
  for (const { op, inputs, output, attributes } of nodes) {
    const isHalf =
      op === 'Cast' ? attributes.to === elementType.float16 : inputs.some((name) => half.has(name));
    if (isHalf) half.add(output);
  }
  return half;
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

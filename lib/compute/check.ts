import type { CompileOptions, TensorMap, TensorSpec } from './program.ts';

function describe({ dtype, shape }: TensorSpec): string {
  return `${dtype} [${shape.join(', ')}]`;
}

function kind(values: Float32Array | Int32Array): string {
  return values instanceof Float32Array ? 'float32' : 'int32';
}

/** Throws unless `values` has just the tensors that `specs` declares. */
export function checkTensors(
  values: TensorMap,
  specs: Readonly<Record<string, TensorSpec>>,
  what: string,
): void {
  for (const [name, spec] of Object.entries(specs)) {
    const value = values[name];
    if (value === undefined) throw new Error(`${what} '${name}' is missing: it is ${describe(spec)}`);
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const agrees =
      value.shape.length === spec.shape.length &&
      value.shape.every((size, i) => size === spec.shape[i]) &&
      value.values.length === count &&
      kind(value.values) === spec.dtype;
    if (!agrees)
      throw new Error(
        `${what} '${name}' is ${describe(value)} with ${value.values.length} ${kind(value.values)} values; ` +
          `it was declared ${describe(spec)}`,
      );
  }
  for (const name of Object.keys(values))
    if (specs[name] === undefined) throw new Error(`${what} '${name}' was not declared`);
}

export interface Declared {
  /** Fed anew on each call. */
  readonly fed: Readonly<Record<string, TensorSpec>>;
  /** Kept between calls. */
  readonly kept: Readonly<Record<string, TensorSpec>>;
}

/** Splits the declared inputs into those fed on each call and those kept as state. */
export function declared({ inputs, constants = {}, state = {} }: CompileOptions): Declared {
  const names = new Set(Object.values(state));
  if (names.size !== Object.keys(state).length) throw new Error('two outputs become the same state input');
  for (const name of names)
    if (inputs[name] === undefined) throw new Error(`state input '${name}' is not declared`);
  for (const name of Object.keys(constants))
    if (inputs[name] !== undefined) throw new Error(`'${name}' is both an input and a constant`);
  const entries = Object.entries(inputs);
  return {
    fed: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    kept: Object.fromEntries(entries.filter(([name]) => names.has(name))),
  };
}

/** Throws unless every state output exists and has the shape and type of its input. */
export function checkState(
  outputs: Readonly<Record<string, { shape: readonly number[]; dtype: string }>>,
  { inputs, state = {} }: CompileOptions,
): void {
  for (const [output, input] of Object.entries(state)) {
    const given = outputs[output];
    if (given === undefined) throw new Error(`the function has no output '${output}' to keep as '${input}'`);
    const spec = inputs[input]!;
    if (given.dtype !== spec.dtype || given.shape.join() !== spec.shape.join())
      throw new Error(
        `output '${output}' is ${given.dtype} [${given.shape.join(', ')}] and cannot become '${input}', ` +
          `which is ${describe(spec)}`,
      );
  }
}

export const STATE_NOT_SET = 'the state was not set: call setState before the first run';

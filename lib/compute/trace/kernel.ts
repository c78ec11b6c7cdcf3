import type { Attributes, Node, ValueType } from './graph.ts';

/** What a kernel is given by tfjs: attributes as its documentation has them. */
export type Given = Readonly<Record<string, unknown>>;

export interface Result {
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  /** In one fixed form: axes as sorted lists, pads as [top, left, bottom, right]. */
  readonly attributes?: Attributes;
}

/**
 * Types that a kernel works on. `floats`: int32 and bool are made float32 first, as tfjs does. `ordered`: bool is
 * made int32. `numbers`: bool is refused, since tfjs keeps what comes out in a byte. `float32`: nothing else.
 */
export type Takes = 'any' | 'floats' | 'ordered' | 'numbers' | 'float32';

export interface Kernel {
  /** Names of the inputs, in the order they are recorded; `list` for kernels that take any number. */
  readonly inputs: readonly string[] | 'list';
  readonly takes?: Takes;
  /** Throws, in words for whoever wrote the function, where the inputs do not go together. */
  readonly result: (inputs: readonly Node[], given: Given) => Result;
}

/** The type that an input is cast to before a kernel that `takes` others; throws where there is none. */
export function typeTaken(takes: Takes, dtype: ValueType): ValueType {
  if (takes === 'any' || dtype === 'float32') return dtype;
  if (takes === 'floats') return 'float32';
  if (takes === 'ordered') return 'int32';
  if (takes === 'numbers' && dtype === 'int32') return dtype;
  const others = takes === 'numbers' ? 'int32 or float32' : 'float32';
  throw new Error(`it does not compile for ${dtype} tensors; cast them to ${others} first`);
}

export function listed(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

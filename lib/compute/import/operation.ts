import type { Tensor } from '@tensorflow/tfjs-core';
import type { FileAttribute } from '../onnx/decode.ts';
import { integers, type Value } from './value.ts';

/** One node of an ONNX graph with its operands. */
export interface Operation {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, FileAttribute>>;
  readonly outputs: number;
  readonly opset: number;
  /** The rectifier; attribution methods pass their own. */
  readonly relu: (x: Tensor) => Tensor;
  /** Images at once now, and when the file was written, if it says. */
  readonly batch: { readonly now: number; readonly written: number | null };
}

export type Operator = (operation: Operation) => Value | Value[];

export function numberOf({ attributes }: Operation, name: string, otherwise: number): number {
  return (attributes[name] as number | undefined) ?? otherwise;
}

export function listOf({ attributes }: Operation, name: string): number[] | undefined {
  return attributes[name] as number[] | undefined;
}

export function textOf({ attributes }: Operation, name: string, otherwise: string): string {
  return (attributes[name] as string | undefined) ?? otherwise;
}

/** A list that newer opsets take as an input and older ones as an attribute. */
export function listAt(operation: Operation, place: number, name: string): number[] | undefined {
  const input = operation.inputs[place];
  return input === undefined ? listOf(operation, name) : integers(input, name);
}

export function scalarAt(operation: Operation, place: number, name: string): number | undefined {
  const input = operation.inputs[place];
  if (input === undefined) return operation.attributes[name] as number | undefined;
  return integers(input, name)[0];
}

export const x0 = ({ inputs, op }: Operation): Value => {
  const [x] = inputs;
  if (x === undefined) throw new Error(`${op} has no input`);
  return x;
};

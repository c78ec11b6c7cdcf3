import { summarised, type ContentArray, type Value } from '../content.ts';
import { elements, numbersOf, type ElementName } from './elements.ts';

/** First values of an array that are shown. */
const FIRST = 8;

/** An array as it lies in a file. */
export interface RawArray {
  readonly name: string;
  /** Null: no numbers, or none that are read. */
  readonly element: ElementName | null;
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly little: boolean;
}

/** Throws where the bytes are not as many as the shape says. */
export function contentArray({ name, element, type, shape, bytes, little }: RawArray): ContentArray {
  if (element === null) return { name, type, shape, missing: 0, range: null, first: [] };
  const count = shape.reduce((product, side) => product * side, 1);
  const size = count * elements[element].size;
  if (bytes.length < size) throw new Error(`the array ${name} is cut off`);
  const values = bytes.subarray(0, size);
  const first: Value[] = [];
  for (const value of numbersOf(values, element, little)) {
    if (first.length === FIRST) break;
    first.push(value);
  }
  return { name, type, shape, ...summarised(numbersOf(values, element, little)), first };
}

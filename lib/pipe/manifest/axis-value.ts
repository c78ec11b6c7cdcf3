import { digestOf } from '../digest.ts';
import type { Scalar } from '../json.ts';
import type { Axis } from './manifest.ts';
import { ALL_AXES, type Template } from './template.ts';

/** Values that stand in paths as they are. */
const PLAIN = /^[\p{L}\p{M}\p{N}_.+~%:-]+$/u;

/** Bytes of a value beyond which a file's name could not hold it and an axis's name beside it. */
const LONGEST_VALUE = 200;
/** Letters of another value that its name begins with. */
const READABLE = 40;
/** Bytes of a file's name on every file system in use. */
export const LONGEST_NAME = 255;

/** Why a text cannot be a value of an axis: it stands in the names of tasks. Null when it can. */
export function whyNoValue(text: string): string | null {
  if (text.trim() !== text || /^\.*$/.test(text))
    return 'is empty, dots only, or begins or ends with a blank';
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return 'holds a line end or another control character';
  return /[,=]/.test(text) ? 'holds a `,` or `=`, which separate axes in the name of a task' : null;
}

/** A value as the name of a directory, or a part of one: itself where it can be, else short and told apart by a digest. */
export function pathName(value: Scalar): string {
  const text = String(value);
  if (PLAIN.test(text) && Buffer.byteLength(text) <= LONGEST_VALUE) return text;
  const letters = Array.from(text, (letter) => (PLAIN.test(letter) ? letter : '_'));
  return `${letters.slice(0, READABLE).join('')}-${digestOf(text).slice('sha256:'.length).slice(0, 10)}`;
}

/** `axis=value`, as a directory. */
export function directoryName(axis: string, value: Scalar): string {
  return `${axis}=${pathName(value)}`;
}

/** A value in a pattern, in which it stands for nothing but itself. */
export function patternText(value: Scalar): string {
  return String(value).replaceAll(/[\\*?[\]{}()!@|]/g, '\\$&');
}

/** The bytes of the longest name in a path that a template gives for these axes. */
export function longestName(template: Template, axes: readonly Axis[]): number {
  const most = (texts: readonly string[]): number =>
    Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
  let [longest, current] = [0, 0];
  for (const piece of template) {
    if (typeof piece === 'string') {
      for (const [index, part] of piece.split('/').entries()) {
        if (index > 0) current = 0;
        current += Buffer.byteLength(part);
        longest = Math.max(longest, current);
      }
      continue;
    }
    const named = axes.filter(({ name }) => name === piece.axis || piece.axis === ALL_AXES);
    const texts = named.flatMap(({ name, values }) =>
      values.map((value) => (piece.axis === ALL_AXES ? directoryName(name, value) : pathName(value))),
    );
    current += most(texts);
    longest = Math.max(longest, current);
  }
  return longest;
}

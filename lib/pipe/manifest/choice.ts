import { isMapping, type Json, type JsonObject, type Point } from '../json.ts';
import type { Path } from './diagnostic.ts';
import { basedOn } from './path.ts';
import { placeholdersOf, templateOf, type Template } from './template.ts';

/**
 * A text with references, of which those that hold `{axis}` need a task: in `${model.{model}.width}` its value
 * on the axis `model` is the second key. A reference alone stands for a value of any type.
 */
export type Choice = readonly (string | Reference)[];

export interface Reference {
  /** As it stands in the file: `${model.{model}.width}`. */
  readonly written: string;
  /** The keys that lead to the parameter; an axis's value is one key, whatever dots it has. */
  readonly keys: readonly Template[];
  /** The directory that a path which it gives is relative to, project-relative. */
  readonly below?: string;
}

/** A choice and where it stands in the declaration of its stage. */
export interface ChoiceNote {
  readonly path: Path;
  readonly choice: Choice;
}

/** A reference inside a text, `$${` for a literal `${`, or a reference that is not closed. */
export const PIECE = /\$(\$?)\{((?:[^{}]|\{[^{}]*\})*)(\}?)/g;

/** A text whose references are closed, taken apart. */
export function choiceOf(text: string): Choice {
  const pieces: (string | Reference)[] = [];
  let end = 0;
  const literal = (piece: string): void => {
    if (piece !== '') pieces.push(piece);
  };
  for (const match of text.matchAll(PIECE)) {
    const [written, escape, name] = match;
    literal(text.slice(end, match.index));
    if (escape === '') pieces.push({ written, keys: name!.split('.').map(templateOf) });
    else literal(written.slice(1));
    end = match.index + written.length;
  }
  literal(text.slice(end));
  return pieces;
}

/** The axes it names, each once. */
export function axesIn(choice: Choice): string[] {
  return [...new Set(referencesIn(choice).flatMap(({ keys }) => keys.flatMap(placeholdersOf)))];
}

export function referencesIn(choice: Choice): Reference[] {
  return choice.filter((piece) => typeof piece !== 'string');
}

/** The one reference that the choice consists of. */
export function loneReference(choice: Choice): Reference | undefined {
  const [only, ...more] = choice;
  return more.length > 0 || typeof only === 'string' ? undefined : only;
}

/** The keys of a reference for one task. */
export function keysAt({ keys }: Reference, point: Point): string[] {
  return keys.map((key) =>
    key.map((piece) => (typeof piece === 'string' ? piece : String(point[piece.axis]))).join(''),
  );
}

export type Found =
  | { readonly type: 'value'; readonly value: Json }
  /** `known` of the keys lead to `holder`, which has nothing under the next one. */
  | { readonly type: 'nothing'; readonly known: number; readonly holder: Json };

export function valueUnder(params: JsonObject, keys: readonly string[]): Found {
  let holder: Json = params;
  for (const [known, key] of keys.entries()) {
    if (!isMapping(holder) || !Object.hasOwn(holder, key)) return { type: 'nothing', known, holder };
    holder = holder[key]!;
  }
  return { type: 'value', value: holder };
}

/** A path that a reference gives, seen from the project. */
export function inPlace({ below }: Reference, value: Json): Json {
  return below === undefined || typeof value !== 'string' ? value : basedOn(below, value);
}

/** What it gives for one task; undefined where a parameter is missing, or is none that goes into a text. */
export function chosenAt(choice: Choice, params: JsonObject, point: Point): Json | undefined {
  const valueOf = (reference: Reference): Json | undefined => {
    const found = valueUnder(params, keysAt(reference, point));
    return found.type === 'value' ? inPlace(reference, found.value) : undefined;
  };
  const only = loneReference(choice);
  if (only !== undefined) return valueOf(only);
  let text = '';
  for (const piece of choice) {
    const value = typeof piece === 'string' ? piece : valueOf(piece);
    if (value === undefined || value === null || typeof value === 'object') return undefined;
    text += String(value);
  }
  return text;
}

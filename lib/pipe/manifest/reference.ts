import type { Json, JsonObject } from '../json.ts';
import { VALUES, withFields } from './axis-entries.ts';
import { axesIn, choiceOf, PIECE, type Choice } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';
import { REFERENCE } from './grammar.ts';
import { scopeOf, visibleIn } from './scope.ts';
import { didYouMean } from './suggest.ts';
import type { Template } from './template.ts';

/** Stands for a value that could not be had; the reason has been reported. */
export const FAILED = Symbol('failed');
type Resolved = Json | typeof FAILED;

export type Report = (problem: Problem) => void;

/** Is told of each text that holds references; whether axes may choose there. */
export type Note = (path: Path, choice: Choice) => boolean;

export interface Resolver {
  /** All parameters, with the references among them replaced. */
  readonly params: JsonObject;
  /**
   * A value with every `${…}` in it replaced; `path` says where it stands. Texts in which an axis chooses
   * (`${model.{model}}`) stay as they are where `note` takes them, and are a mistake elsewhere.
   */
  resolve(value: Json, path: Path, note?: Note): Resolved;
  /** The parameter under a dotted path; undefined where there is none. */
  parameter(path: string): Resolved | undefined;
  /** Whether a path names a field of an axis's values. */
  isField(path: string): boolean;
  /** For a path that names no parameter. */
  suggestion(path: string): string | undefined;
  /** The keys of a reference from the top of all parameters. */
  qualified(keys: readonly Template[]): readonly Template[];
  /** The same for a file whose parameters stand under these keys: what it names is looked for there first. */
  within(scope: readonly string[]): Resolver;
}

/** The parameter that a text consists of: `a.b` for `${a.b}`. */
export function referenceOf(text: string): string | undefined {
  return REFERENCE.test(text) ? text.slice(2, -1) : undefined;
}

/** Parameters may refer to each other, but not in a circle. */
export function resolverOf(
  params: JsonObject,
  report: Report,
  fields: JsonObject = {},
  scopeAt: (path: Path) => readonly string[] = () => [],
): Resolver {
  const known = new Map<string, Resolved>();
  const sizes = new WeakMap<object, number>();
  const active: string[] = [];
  const suggestion = (path: string, scope: readonly string[]): string | undefined =>
    suggestParameter(path, visibleIn(scope, params));
  const fullName = (name: string, scope: readonly string[]): string =>
    [...scopeOf(name.split('.')[0]!, scope, params), name].join('.');
  const isField = (path: string): boolean => Object.hasOwn(fields, path.split('.')[0]!);

  const qualified = (keys: readonly Template[], scope: readonly string[]): readonly Template[] => {
    const [[first, ...more] = []] = keys;
    if (first === VALUES) return keys;
    // Of a name that an axis has a say in, it is not known yet where it stands.
    const outer = typeof first === 'string' && more.length === 0 ? scopeOf(first, scope, params) : scope;
    return [...outer.map((key) => [key]), ...keys];
  };
  const inScope = (choice: Choice, scope: readonly string[]): Choice =>
    scope.length === 0
      ? choice
      : choice.map((piece) =>
          typeof piece === 'string' ? piece : { ...piece, keys: qualified(piece.keys, scope) },
        );

  function parameter(name: string): Resolved | undefined {
    if (known.has(name)) return known.get(name);
    let value: Resolved = params;
    const path: string[] = [];
    for (const key of name.split('.')) {
      if (typeof value === 'string') value = resolve(value, ['params', ...path]);
      if (value === FAILED) return FAILED;
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
      value = (value as JsonObject)[key]!;
      path.push(key);
    }
    active.push(name);
    const resolved = resolve(value, ['params', ...path]);
    active.pop();
    known.set(name, resolved);
    return resolved;
  }

  function refer(written: string, path: Path, text: string): Resolved {
    const name = fullName(written, scopeAt(path));
    if (name.includes('{')) {
      const [axis = name] = axesIn(choiceOf(text));
      const hint = 'a task’s axes are known in the `params` of its stage and in the paths of its `inputs`';
      report({ path, within: text, message: `\`{${axis}}\` has no value here`, hint });
      return FAILED;
    }
    if (active.includes(name)) {
      const circle = [...active.slice(active.indexOf(name)), name].join(' → ');
      report({ path, message: `parameters refer to each other in a circle: ${circle}` });
      return FAILED;
    }
    const value = parameter(name);
    if (value !== undefined && value !== FAILED && sizeOf(value, sizes) > LARGEST) {
      report({
        path,
        within: text,
        message: `\`${name}\` has grown beyond ${LARGEST} letters by its references`,
      });
      return FAILED;
    }
    if (value !== undefined) return value;
    const chosen = isField(name)
      ? 'fields of a value on an axis are known in `params` and in paths of `inputs`'
      : undefined;
    const hint = chosen ?? suggestion(written, scopeAt(path));
    report({ path, within: text, message: `there is no parameter \`${written}\``, hint });
    return FAILED;
  }

  function interpolate(text: string, path: Path): Resolved {
    let failures = 0;
    const fail = (within: string, message?: string, hint?: string): string => {
      if (message !== undefined) report({ path, within, message, hint });
      failures++;
      return within;
    };
    const result = text.replaceAll(PIECE, (all, escape: string, name: string, end: string) => {
      if (escape !== '') return all.slice(1);
      if (end === '') return fail(all, '`${` is not closed', 'a literal `${` is written `$${`');
      const value = refer(name, path, all);
      if (value === FAILED) return fail(all);
      if (value !== null && typeof value !== 'object') return String(value);
      const kind = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : 'a mapping';
      return fail(all, `\`${name}\` is ${kind} and cannot be put into a text`);
    });
    return failures > 0 ? FAILED : result;
  }

  function resolve(value: Json, path: Path, note?: Note): Resolved {
    if (typeof value === 'string') {
      if (note !== undefined && value.includes('${')) {
        const choice = inScope(withFields(choiceOf(value), fields), scopeAt(path));
        if (note(path, choice) && axesIn(choice).length > 0) return value;
      }
      const name = referenceOf(value);
      if (name !== undefined) return refer(name, path, value);
      return value.includes('${') ? interpolate(value, path) : value;
    }
    if (value === null || typeof value !== 'object') return value;
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
    const parts: [string | number, Json][] = [];
    let failed = false;
    for (const [key, part] of entries as Iterable<[string | number, Json]>) {
      const resolved = resolve(part, [...path, key], note);
      if (resolved === FAILED) failed = true;
      else parts.push([key, resolved]);
    }
    if (failed) return FAILED;
    return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  }

  const all: Record<string, Json> = {};
  for (const key of Object.keys(params)) {
    const value = parameter(key);
    if (value !== undefined && value !== FAILED) all[key] = value;
  }
  const within = (scope: readonly string[]): Resolver => ({
    params: all,
    resolve,
    parameter: (name) => parameter(fullName(name, scope)),
    isField,
    suggestion: (name) => suggestion(name, scope),
    qualified: (keys) => qualified(keys, scope),
    within,
  });
  return within([]);
}

/** References to references can double a value at each step. */
const LARGEST = 10_000_000;

/** Letters and values in a value, with what it shares with others counted each time. */
function sizeOf(value: Json, known: WeakMap<object, number>): number {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  let size = 1;
  for (const part of Object.values<Json>(value as JsonObject)) size += sizeOf(part, known);
  known.set(value, size);
  return size;
}

/** A parameter near to a path that names none: beside it, or one of the same name elsewhere. */
export function suggestParameter(path: string, params: JsonObject): string | undefined {
  const known = [...pathsOf(params, '')];
  const last = path.slice(path.lastIndexOf('.') + 1);
  const elsewhere = known.filter((name) => name.endsWith(`.${last}`));
  if (elsewhere.length > 0) return `did you mean ${elsewhere.map((name) => `\`${name}\``).join(' or ')}?`;
  return didYouMean(path, known) ?? didYouMean(last, known);
}

function* pathsOf(params: JsonObject, prefix: string): Generator<string> {
  for (const [key, value] of Object.entries(params)) {
    yield prefix + key;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      yield* pathsOf(value as JsonObject, `${prefix}${key}.`);
    }
  }
}

import { canonicalJson, isMapping, type Json, type JsonObject, type Scalar } from '../json.ts';
import type { Choice, Reference } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';

/** Gives the files of the project that match a pattern, project-relative, in the order of their code units. */
export type ListFiles = (pattern: string) => readonly string[];

/** In the keys of a reference, before an axis's name: what follows are fields of its values, and no parameter. */
export const VALUES = 'values of the axis';

/**
 * What values of axes hold beside their name: the fields of mappings, the paths of files. By axis and by value's name;
 * a value of the same name is the same wherever an axis of the same name has it.
 */
export interface AxisEntries {
  readonly fields: JsonObject;
  /** Where each is written. */
  placeOf(axis: string, value: string): Path | undefined;
  /** Project-relative patterns that were looked for. */
  readonly globs: readonly string[];
  /** The axes whose values are files. */
  readonly found: ReadonlySet<string>;
  files(pattern: string): readonly string[];
}

interface Entry {
  readonly fields: JsonObject;
  readonly path: Path;
}

/** Values of axes among the stages of a file, whose references are replaced. */
export function axisEntries(
  stages: Iterable<
    readonly [stage: string, axes: Iterable<readonly [axis: string, values: Json, path: Path]>]
  >,
  list: ListFiles,
  report: (problem: Problem) => void,
): AxisEntries {
  const found = new Map<string, Map<string, Entry>>();
  const listed = new Map<string, readonly string[]>();
  const ofFiles = new Set<string>();
  const files = (pattern: string): readonly string[] => {
    const known = listed.get(pattern) ?? list(pattern);
    listed.set(pattern, known);
    return known;
  };
  const plain: [axis: string, value: Scalar, path: Path][] = [];
  for (const [, axes] of stages) {
    for (const [axis, values, path] of axes) {
      if (globIn(values) !== undefined) ofFiles.add(axis);
      for (const value of Array.isArray(values) ? (values as readonly Json[]) : [])
        if (isScalar(value)) plain.push([axis, value, path]);
      const entries = found.get(axis) ?? new Map<string, Entry>();
      for (const [name, entry] of entriesOf(values, path, files)) {
        const before = entries.get(name);
        if (before === undefined) entries.set(name, entry);
        else if (canonicalJson(before.fields) !== canonicalJson(entry.fields))
          report(other(axis, name, before, entry));
      }
      if (entries.size > 0) found.set(axis, entries);
    }
  }
  // A value without fields beside some that have them has its name.
  for (const [axis, name, path] of plain) {
    const entries = found.get(axis);
    if (entries?.has(String(name)) === false) entries.set(String(name), { fields: { name }, path });
  }
  const fieldsOf = (entries: Map<string, Entry>) =>
    Object.fromEntries([...entries].map(([name, { fields }]) => [name, fields]));
  return {
    fields: Object.fromEntries([...found].map(([axis, entries]) => [axis, fieldsOf(entries)])),
    placeOf: (axis, value) => found.get(axis)?.get(value)?.path,
    get globs() {
      return [...listed.keys()];
    },
    found: ofFiles,
    files,
  };
}

function other(axis: string, name: string, before: Entry, { path }: Entry): Problem {
  const message = `\`${name}\` on the axis \`${axis}\` has other fields here than in \`${String(before.path[1])}\``;
  return { path, message, hint: 'give one of the two another `name`, or both the same fields' };
}

function* entriesOf(
  values: Json,
  path: Path,
  files: (pattern: string) => readonly string[],
): Generator<[string, Entry]> {
  const pattern = globIn(values);
  if (pattern !== undefined) {
    for (const file of files(pattern)) {
      const name = fileName(pattern, file);
      yield [name, { fields: { name, path: file }, path }];
    }
  }
  if (!Array.isArray(values)) return;
  for (const [index, fields] of (values as readonly Json[]).entries()) {
    const name = isMapping(fields) && fields['when'] !== false ? valueName(fields) : null;
    if (name !== null)
      yield [String(name), { fields: withoutWhen(fields as JsonObject), path: [...path, index] }];
  }
}

/** An entry of a matrix without the condition on which it counts. */
export function withoutWhen<T>(entry: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'when'));
}

/** The pattern of `{ glob: … }`. */
export function globIn(values: Json): string | undefined {
  const pattern = isMapping(values) ? values['glob'] : undefined;
  return typeof pattern === 'string' ? pattern.replace(/^(?:\.\/)+/, '') : undefined;
}

/** What a pattern leaves open of a path: `a` of `data/a.csv` for `data/*.csv`. */
export function fileName(pattern: string, path: string): string {
  const open = /[*?[\]{}()!+@]/;
  const start = pattern.search(open);
  if (start < 0) return path.slice(path.lastIndexOf('/') + 1);
  const end = /[^*?[\]{}()!+@]*$/.exec(pattern)![0];
  return path.slice(start, path.length - end.length);
}

/** The name of a value that is a mapping: its `name`, else its fields joined; null where neither can be. */
export function valueName(fields: JsonObject): Scalar | null {
  const { name, ...rest } = withoutWhen(fields);
  if (isScalar(name)) return name;
  const values = Object.values(rest);
  return name === undefined && values.length > 0 && values.every(isScalar) ? values.join('-') : null;
}

function isScalar(value: Json | undefined): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** `${run.rate}`, where `run` is an axis of such values, as a reference in which the task chooses. */
export function withFields(choice: Choice, fields: JsonObject): Choice {
  return choice.map((piece) => (typeof piece === 'string' ? piece : chosen(piece, fields)));
}

function chosen(reference: Reference, fields: JsonObject): Reference {
  const [[first, ...more] = [], ...rest] = reference.keys;
  if (typeof first !== 'string' || more.length > 0 || !Object.hasOwn(fields, first)) return reference;
  return { written: reference.written, keys: [[VALUES], [first], [{ axis: first }], ...rest] };
}

/** The fields of the task's value on an axis, all of them. */
export function allFields(axis: string): Choice {
  return [{ written: `\${${axis}}`, keys: [[VALUES], [axis], [{ axis }]] }];
}

/** Parameters, and beside them what values of axes hold, for those who look up what a task chooses. */
export function withEntries(params: JsonObject, fields: JsonObject): JsonObject {
  return Object.keys(fields).length === 0 ? params : { ...params, [VALUES]: fields };
}

import * as z from 'zod';
import type { Json } from '../json.ts';
import type { Path, Problem } from './diagnostic.ts';
import { grammar, type RawManifest } from './grammar.ts';
import { didYouMean, listed } from './suggest.ts';
import { translation } from './other-tools.ts';

export interface Shaped {
  /** Null when the file as a whole is not shaped like a manifest. */
  readonly raw: RawManifest | null;
  /** Stages that could not be read whole: parts of them are missing from `raw`, or all. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** A problem, and the part of the file without which the rest can be read. */
interface Mistake {
  readonly problem: Problem;
  readonly drop: Path;
}

/** Checks the shape of a file. What can be read despite mistakes elsewhere is, so that all are found at once. */
export function shaped(value: Json): Shaped {
  const first = grammar.safeParse(value);
  if (first.success) return { raw: first.data, broken: new Set(), problems: [] };
  const mistakes = first.error.issues.flatMap((issue) => explained(issue, [], value));
  const broken = new Set<string>();
  let rest: unknown = value;
  for (const { drop } of mistakes) {
    rest = drop[0] === 'version' && isRecord(rest) ? { ...rest, version: 1 } : without(rest, drop);
    if (drop[0] === 'stages' && drop.length > 1) broken.add(String(drop[1]));
  }
  const second = grammar.safeParse(rest);
  return {
    raw: second.success ? second.data : null,
    broken,
    problems: mistakes.map(({ problem }) => problem),
  };
}

/** What is wrong with the shape of another file than the manifest. */
export function misshapen(schema: z.ZodType, value: Json): readonly Problem[] {
  const read = schema.safeParse(value);
  if (read.success) return [];
  return read.error.issues
    .flatMap((issue) => explained(issue, [], value, schema))
    .map(({ problem }) => problem);
}

/** A stage without its work is none; its other fields, and the entries of its mappings, can be missing. */
function droppable(path: Path): Path {
  if (path[0] !== 'stages') return path.slice(0, 2);
  if (path[2] === 'use' || path[2] === 'cmd') return path.slice(0, 2);
  return path.slice(0, ['inputs', 'outputs', 'matrix'].includes(String(path[2])) ? 4 : 3);
}

function without(value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown {
  if (!isRecord(value) || key === undefined || !Object.hasOwn(value, key)) return value;
  const copy = { ...value };
  if (rest.length === 0) Reflect.deleteProperty(copy, key);
  else copy[key as string] = without(value[key as string], rest);
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A mistake in the words of the manifest. `base` is what an enclosing issue's path adds. */
function explained(
  issue: z.core.$ZodIssue,
  base: Path,
  top: Json,
  schema: z.core.$ZodType = grammar,
): Mistake[] {
  const path = [...base, ...issue.path] as Path;
  const value = valueAt(top, path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(path, schema);
      return issue.keys.map((key) => {
        const drop = [...path, key];
        if (known.includes(key)) {
          const message = `\`${key}\` does not go together with the other keys here`;
          return { problem: { path: drop, part: 'key', message }, drop };
        }
        const hint = isStage(valueAt(top, drop))
          ? 'a stage stands below `stages`, indented'
          : (translation(path, key) ?? didYouMean(key, known) ?? `known here: ${listed(known, 20)}`);
        return { problem: { path: drop, part: 'key', message: `unknown key \`${key}\``, hint }, drop };
      });
    }
    case 'invalid_union': {
      const branch = closest(issue.errors, value);
      if (branch !== undefined) return branch.flatMap((inner) => explained(inner, path, top, schema));
      return [about(path, isEmpty(value) ? emptied(issue.errors) : mistyped(path, expectedBy(issue), value))];
    }
    case 'invalid_type':
      return [about(path, mistyped(path, [issue.expected], value))];
    case 'invalid_value':
      return [about(path, mistyped(path, issue.values.map(String), value))];
    case 'too_small': {
      const bound = issue.inclusive === true ? 'at least' : 'more than';
      return [about(path, `has to be ${bound} ${issue.minimum}`)];
    }
    case 'too_big':
      return [about(path, `has to be at most ${issue.maximum}`)];
    case 'not_multiple_of':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return [about(path, issue.message)];
  }
}

function about(path: Path, message: string): Mistake {
  const missing = message.endsWith(MISSING);
  const hint = message.startsWith(EXPECTED_MAPPING) ? exampleAt(path) : undefined;
  const problem: Problem = { path, message, ...(missing && { part: 'key' }), ...(hint && { hint }) };
  return { problem, drop: droppable(path) };
}

const EXPECTED_MAPPING = 'expected a mapping, ';

/** What a mapping looks like that beginners write otherwise. */
function exampleAt(path: Path): string | undefined {
  if (path.length === 0) return '`pipe init DIRECTORY` makes a small one to begin with';
  if (path[0] !== 'stages' || path.length > 3) return undefined;
  if (path.length === 1) return 'the stages stand below, indented, each with its name: `words: { cmd: … }`';
  if (path.length === 2) return `as in \`${path[1]!}: { cmd: …, outputs: { … } }\``;
  return EXAMPLES[String(path[2])];
}

const EXAMPLES: Readonly<Record<string, string>> = {
  inputs: 'each has a name: `inputs: { text: ./text.txt }`',
  outputs: 'each has a name: `outputs: { page: page.md }`',
  matrix: 'each axis has a name: `matrix: { seed: [0, 1] }`',
};

function isStage(value: unknown): boolean {
  return isRecord(value) && ('use' in value || 'cmd' in value);
}

const MISSING = ' is missing';

function emptied(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const needed = branches.flat().flatMap(({ path }) => (path.length > 0 ? [String(path[0])] : []));
  return `expected one of ${listed([...new Set(needed)])} in here`;
}

function mistyped(path: Path, expected: readonly string[], value: unknown): string {
  if (value === undefined) return `\`${path.at(-1) ?? ''}\`${MISSING}`;
  const names = [...new Set(expected.map((name) => KINDS[name] ?? name))];
  return `expected ${names.join(' or ')}, got ${kindOf(value)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  record: 'a mapping',
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  null: 'nothing',
};

/** Letters of a text in a message; all of it stands below. */
const LONGEST = 60;

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return JSON.stringify(value);
  return `the text ${JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)}`;
}

/** The alternative whose type the value has, and of several the one with the fewest mistakes. */
function closest(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some((issue) => isAboutAll(issue)));
  const size = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  const [first, ...rest] = fitting.toSorted((a, b) => size(a) - size(b));
  // An empty mapping is as far from every form: there is no telling which was meant.
  return isEmpty(value) && rest.length > 0 ? undefined : first;
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}

/** Not a mistake inside the value, but the value being of another kind. */
function isAboutAll(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isAboutAll));
  return issue.code === 'invalid_type' || issue.code === 'invalid_format';
}

function expectedBy(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected];
  if (issue.code !== 'invalid_union') return [];
  const kinds = issue.errors.map((branch) => branch.filter(isAboutAll).flatMap(expectedBy));
  // A reference, which may stand for anything, is the last alternative: not what was expected.
  return kinds.filter((kind, index) => index < kinds.length - 1 || kind.join() !== 'string').flat();
}

function valueAt(top: unknown, path: Path): unknown {
  let value = top;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** The keys that a grammar has in the mapping under a path. */
function knownKeys(path: Path, top: z.core.$ZodType): string[] {
  let schemas: z.core.$ZodType[] = [top];
  for (const key of path) schemas = schemas.flatMap(alternatives).flatMap((schema) => inside(schema, key));
  const keys = schemas
    .flatMap(alternatives)
    .flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
  return [...new Set(keys)];
}

function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

function inside(schema: z.core.$ZodType, key: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  const field = shape[key];
  return field === undefined ? [] : [field];
}

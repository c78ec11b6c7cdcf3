import { isMapping, type Json, type JsonObject, type Point, type Scalar } from '../json.ts';
import { fileName, globIn, valueName, withoutWhen, type AxisEntries } from './axis-entries.ts';
import { whyNoValue } from './axis-value.ts';
import type { Path, Problem } from './diagnostic.ts';
import type { RawMatrix, RawStage, RawValues } from './grammar.ts';
import type { Axis, Exclusion, Subset } from './manifest.ts';
import { checkName } from './name.ts';
import { whyOutside } from './path.ts';
import { rangeValues } from './range.ts';
import type { Report } from './reference.ts';
import { listed } from './suggest.ts';
import { ALL_AXES } from './template.ts';

export interface ReadMatrix {
  readonly axes: readonly Axis[];
  /** Null for the whole product. */
  readonly subset: Subset | null;
}

const RESERVED = ['include', 'exclude', 'when', ALL_AXES, 'inputs', 'outputs', 'params'];

export function readMatrix(raw: RawStage['matrix'], entries: AxisEntries, report: Report): ReadMatrix {
  const { include, exclude, ...rest } = raw ?? {};
  const written = Object.entries(rest as Readonly<Record<string, RawValues>>);
  const own = written.map(([name, values]): Axis => {
    const place = { path: ['matrix', name], part: 'key' } as const;
    return { name, values: readAxis(name, values, place, ['matrix', name], entries, report) };
  });
  if (include === undefined && exclude === undefined) return { axes: own, subset: null };
  const added = readInclude(include ?? [], own, report);
  const names = own.length > 0 ? own.map(({ name }) => name) : Object.keys(added[0] ?? {});
  if (own.length === 0 && exclude !== undefined && include === undefined) {
    report({ path: ['matrix', 'exclude'], part: 'key', message: 'there is no axis to exclude anything of' });
  }
  if (own.length === 0)
    for (const name of names) checkAxisName(name, { path: ['matrix', 'include'], part: 'key' }, report);
  const axes = names.map((name): Axis => {
    const values = own.find((axis) => axis.name === name)?.values ?? [];
    const more = added.map((point) => point[name]!);
    return { name, values: distinct([...values, ...more]) };
  });
  const combined = names.map((name) => own.find((axis) => axis.name === name)?.values.length ?? 0);
  return { axes, subset: { combined, exclude: readExclude(exclude ?? [], report), include: added } };
}

/** The first of values whose texts are the same. */
function distinct(values: readonly Scalar[]): Scalar[] {
  const seen = new Map<string, Scalar>();
  for (const value of values) if (!seen.has(String(value))) seen.set(String(value), value);
  return [...seen.values()];
}

/** Of one entry. */
const MOST_COMBINATIONS = 500_000;

type RawEntries = NonNullable<RawMatrix['include']>;

/** One point for each combination of an entry's lists. Entries with a mistake are left out. */
function readInclude(raw: RawEntries, own: readonly Axis[], report: Report): readonly Point[] {
  const names = own.length > 0 ? own.map(({ name }) => name) : Object.keys(withoutWhen(raw[0] ?? {}));
  const known = new Map<string, Map<string, Scalar>>(
    own.map(({ name, values }) => [name, new Map(values.map((value) => [String(value), value]))]),
  );
  return raw.flatMap((entry, index) => {
    const path: Path = ['matrix', 'include', index];
    if (!counts(entry, path, report)) return [];
    const given = withoutWhen(entry);
    const missing = names.filter((name) => !Object.hasOwn(given, name));
    const strange = Object.keys(given).filter((name) => !names.includes(name));
    for (const name of strange) {
      const hint =
        'an entry names each axis, with one value or several; what else belongs to a value is a field of it, or a parameter';
      report({ path: [...path, name], part: 'key', message: `the matrix has no axis \`${name}\``, hint });
    }
    if (missing.length > 0) {
      const hint = 'an entry names each axis of the matrix';
      report({ path, message: `this says no value for ${listed(missing)}`, hint });
    }
    if (missing.length + strange.length > 0) return [];
    const product = names.reduce((count, name) => count * listOf(given[name]!).length, 1);
    if (product > MOST_COMBINATIONS) {
      report({ path, message: `${product} combinations are more than can be gone through` });
      return [];
    }
    for (const name of names) checkTexts(name, listOf(given[name]!), [...path, name], report);
    return names.reduce<Point[]>(
      (points, name) =>
        points.flatMap((point) =>
          listOf(given[name]!).map((value) => ({
            ...point,
            [name]: known.get(name)?.get(String(value)) ?? value,
          })),
        ),
      [{}],
    );
  });
}

function readExclude(raw: RawEntries, report: Report): readonly Exclusion[] {
  return raw.flatMap((entry, index): Exclusion[] => {
    const path: Path = ['matrix', 'exclude', index];
    if (!counts(entry, path, report)) return [];
    const where = new Map(Object.entries(withoutWhen(entry)).map(([axis, values]) => [axis, listOf(values)]));
    if (where.size === 0) report({ path, message: 'this names no axis, and would exclude everything' });
    return where.size === 0 ? [] : [{ where, path }];
  });
}

function listOf(values: Scalar | readonly Scalar[]): readonly Scalar[] {
  return typeof values === 'object' ? values : [values];
}

/** Whether the `when` of an entry, or of a value, lets it count. */
function counts(entry: { readonly [key: string]: unknown }, path: Path, report: Report): boolean {
  const { when = true } = entry;
  if (typeof when !== 'boolean')
    report({
      path: [...path, 'when'],
      message: 'a condition is true or false',
      hint: 'as in `when: ${report.draw}`',
    });
  return when !== false;
}

/** The values of an axis of a matrix, or of a scan, as their names. */
export function readAxis(
  name: string,
  raw: RawValues,
  place: Pick<Problem, 'path' | 'part'>,
  path: Path,
  entries: AxisEntries,
  report: Report,
): readonly Scalar[] {
  checkAxisName(name, place, report);
  if (!Array.isArray(raw)) return valuesOf(raw, path, entries, report);
  const values: Scalar[] = [];
  const at: Path[] = [];
  for (const [index, value] of raw.entries()) {
    const here = [...path, index];
    if (typeof value !== 'object') {
      values.push(value);
      at.push(here);
      continue;
    }
    const fields = value as JsonObject;
    if (!counts(fields, here, report)) continue;
    const named = valueName(fields);
    if (named === null) {
      const hint = 'it stands in the names of tasks: `{ name: small, layers: [16, 32] }`';
      report({ path: here, message: 'a value that is a mapping needs a `name`', hint });
      continue;
    }
    values.push(named);
    at.push(here);
  }
  if (values.length === 0) report({ path, message: `the axis \`${name}\` has no values` });
  checkTexts(name, values, (index) => at[index]!, report);
  return values;
}

function valuesOf(
  raw: Exclude<RawValues, readonly unknown[]>,
  path: Path,
  entries: AxisEntries,
  report: Report,
): readonly Scalar[] {
  if ('glob' in raw) return filesOf(raw.glob, path, entries, report);
  const range = rangeValues(raw);
  if (range.ok) return range.values;
  const { key, message, hint } = range;
  report({ path: key === null ? path : [...path, key], message, hint });
  return [];
}

/** Which files there are is known before anything runs. */
function filesOf(written: string, path: Path, entries: AxisEntries, report: Report): readonly Scalar[] {
  const at = [...path, 'glob'];
  const pattern = globIn({ glob: written })!;
  const outside = pattern === '' ? 'is empty' : whyOutside(pattern);
  if (outside !== null) {
    report({ path: at, message: `the pattern \`${written}\` ${outside}` });
    return [];
  }
  const files = entries.files(pattern);
  if (files.length === 0) {
    const hint =
      'the values of an axis are known before anything runs: it takes files that are there, and no outputs';
    report({ path: at, message: `no file matches \`${written}\``, hint });
    return [];
  }
  const names = files.map((file) => fileName(pattern, file));
  for (const [index, name] of names.entries()) {
    const reason = whyNoValue(name);
    if (reason === null) continue;
    const message = `${files[index]!} cannot be a value of an axis`;
    report({ path: at, message, hint: `what \`${written}\` leaves open of it ${reason}` });
  }
  return names;
}

export function checkAxisName(name: string, place: Pick<Problem, 'path' | 'part'>, report: Report): void {
  checkName(name, 'axis', place, report);
  if (RESERVED.includes(name))
    report({ ...place, message: `\`${name}\` has a meaning of its own and cannot name an axis` });
}

/** Axis values stand in ids and paths as text, so their texts have to differ and be harmless there. */
function checkTexts(
  name: string,
  values: readonly Scalar[],
  path: Path | ((index: number) => Path),
  report: Report,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const at = typeof path === 'function' ? path(index) : path;
    const text = String(value);
    if (seen.has(text)) report({ path: at, message: `\`${text}\` is twice on the axis \`${name}\`` });
    seen.add(text);
    const reason = whyNoValue(text);
    if (reason === null) continue;
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    report({ path: at, message: `${shown} cannot be a value of an axis`, hint: `it ${reason}` });
  }
}

/** The axes of a stage's declaration with what is written for each, references replaced. */
export function* writtenAxes(
  stage: string,
  { matrix, scan }: JsonObject,
): Generator<readonly [axis: string, values: Json, path: Path]> {
  const base: Path = ['stages', stage];
  for (const [axis, values] of Object.entries(isMapping(matrix) ? matrix : {}))
    if (!RESERVED.includes(axis)) yield [axis, values, [...base, 'matrix', axis]];
  const include = isMapping(matrix) ? matrix['include'] : undefined;
  for (const [index, entry] of Array.isArray(include) ? (include as readonly Json[]).entries() : [])
    for (const [axis, value] of Object.entries(isMapping(entry) ? withoutWhen(entry) : {}))
      yield [axis, Array.isArray(value) ? value : [value], [...base, 'matrix', 'include', index, axis]];
  if (isMapping(scan) && typeof scan['axis'] === 'string' && scan['values'] !== undefined)
    yield [scan['axis'], scan['values'], [...base, 'scan', 'values']];
}

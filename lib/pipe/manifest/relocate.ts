import { isMapping, type Json, type JsonObject } from '../json.ts';
import { VALUES, type AxisEntries } from './axis-entries.ts';
import { axesIn, type Choice, type ChoiceNote } from './choice.ts';
import { basedOn, whyOutside } from './path.ts';

/** What a stage of an included file says is meant there. */
export interface Relocation {
  /** Of the file, project-relative; its paths are relative to it. */
  readonly directory: string;
  readonly prefix: readonly string[];
  /** The name in the whole of a stage that the file names. */
  readonly stageMeant: (name: string) => string;
}

/** A stage whose references are replaced, as it would stand in the project's own file. `chosen`: inputs whose path an axis chooses. */
export function relocated(stage: JsonObject, to: Relocation, chosen: ReadonlySet<string>): JsonObject {
  const { directory } = to;
  const path = (value: Json): Json => (typeof value === 'string' ? basedOn(directory, value) : value);
  const moved: Record<string, Json> = { ...withFilesOfAxes(stage, directory) };
  const change = (key: string, by: (value: Json) => Json): void => {
    if (Object.hasOwn(moved, key)) moved[key] = by(moved[key]!);
  };
  // A command runs where its file lies.
  if (moved['cmd'] !== undefined && moved['cwd'] === undefined && directory !== '') moved['cwd'] = directory;
  else change('cwd', path);
  change('use', path);
  change('python', (value) => interpreterBasedOn(directory, value));
  change('code', (value) => each(value, (paths) => listed(paths, path)));
  change('inputs', (value) =>
    each(value, (input, name) => (chosen.has(name) ? input : relocatedInput(input, to))),
  );
  change('outputs', (value) => each(value, (output) => relocatedOutput(output, to.prefix)));
  change('after', (value) =>
    listed(value, (name) => (typeof name === 'string' ? to.stageMeant(name) : name)),
  );
  return moved;
}

/** A path, which has a slash or begins with a dot, and no name on `PATH`. */
export function interpreterBasedOn(directory: string, value: Json): Json {
  const isPath = typeof value === 'string' && (value.includes('/') || value.startsWith('.'));
  return isPath ? basedOn(directory, value) : value;
}

/** The patterns of axes, of a stage's `matrix` and `scan`. */
export function withFilesOfAxes(stage: JsonObject, directory: string): JsonObject {
  const based = (values: Json): Json =>
    isMapping(values) && typeof values['glob'] === 'string'
      ? { ...values, glob: basedOn(directory, values['glob']) }
      : values;
  const { matrix, scan } = stage;
  const values = isMapping(scan) ? scan['values'] : undefined;
  return {
    ...stage,
    ...(matrix !== undefined && { matrix: each(matrix, based) }),
    ...(isMapping(scan) && values !== undefined && { scan: { ...scan, values: based(values) } }),
  };
}

function relocatedInput(input: Json, { directory, stageMeant }: Relocation): Json {
  const output = (written: string): string => {
    const [stage, ...rest] = written.split('.');
    return rest.length === 1 ? [stageMeant(stage!), ...rest].join('.') : written;
  };
  if (typeof input === 'string') return input.includes('/') ? basedOn(directory, input) : output(input);
  if (!isMapping(input)) return input;
  const { from, path, glob } = input;
  if (typeof from === 'string') return { ...input, from: output(from) };
  if (typeof path === 'string') return { ...input, path: basedOn(directory, path) };
  return typeof glob === 'string' ? { ...input, glob: basedOn(directory, glob) } : input;
}

/** A name alone lies below that of its stage already. */
function relocatedOutput(written: Json, prefix: readonly string[]): Json {
  if (isMapping(written) && written['path'] !== undefined)
    return { ...written, path: relocatedOutput(written['path'], prefix) };
  if (typeof written !== 'string' || prefix.length === 0 || whyOutside(written) !== null) return written;
  return written.replace(/\/+$/, '').includes('/') ? [...prefix, written].join('/') : written;
}

/** The same of the paths that an axis chooses. A file that was found for an axis lies where it was found. */
export function relocatedChoices(
  notes: readonly ChoiceNote[],
  directory: string,
  { found }: AxisEntries,
): readonly ChoiceNote[] {
  if (directory === '') return notes;
  const based = ([first, ...rest]: Choice): Choice => {
    if (first === undefined) return [];
    if (typeof first === 'string') return [basedOn(directory, first, true), ...rest];
    const [[holder] = [], [axis] = [], , [field] = []] = first.keys;
    const isFound = holder === VALUES && typeof axis === 'string' && found.has(axis) && field === 'path';
    return [isFound ? first : { ...first, below: directory }, ...rest];
  };
  return notes.map((note) =>
    note.path[0] === 'inputs' && axesIn(note.choice).length > 0
      ? { ...note, choice: based(note.choice) }
      : note,
  );
}

function each(value: Json, by: (value: Json, name: string) => Json): Json {
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, by(inner, name)]));
}

function listed(value: Json, by: (value: Json) => Json): Json {
  return Array.isArray(value) ? (value as readonly Json[]).map(by) : value;
}

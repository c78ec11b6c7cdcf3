import { canonicalJson, own, type Json, type JsonObject, type Point } from '../json.ts';
import { commandPlaceholders, type CommandPlaceholder } from '../manifest/template.ts';

export interface Placeholders {
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  /** Path of a file with all of them; null when there are none. */
  readonly paramsFile: string | null;
  /** The interpreter of the stage; null where it has none. */
  readonly python: string | null;
  readonly point: Point;
  /** Writes the paths of an input to a file, one a line, and gives its path. */
  readonly list: (input: string, paths: readonly string[]) => string;
}

/**
 * Fills `{inputs.x}`, `{inputs.x.list}`, `{outputs.x}`, `{params.a.b}`, `{params}` (the file), `{axis}` and `{python}`
 * into a command, each value quoted as one word of the shell (a list as several). Braces that name none of these,
 * `${…}` and comments are the shell's own.
 */
export function fillIn(command: string, values: Placeholders): string {
  let script = '';
  let end = 0;
  for (const placeholder of found(command, Object.keys(values.point))) {
    script += command.slice(end, placeholder.start) + (filled(placeholder, values) ?? placeholder.text);
    end = placeholder.end;
  }
  return script + command.slice(end);
}

/** By command and axes: the tasks of a stage have them in common. */
const known = new Map<string, readonly CommandPlaceholder[]>();

function found(command: string, axes: readonly string[]): readonly CommandPlaceholder[] {
  const key = [command, ...axes].join('\0');
  const placeholders = known.get(key) ?? commandPlaceholders(command, axes);
  known.set(key, placeholders);
  return placeholders;
}

function filled({ kind, name }: CommandPlaceholder, values: Placeholders): string | undefined {
  switch (kind) {
    case 'inputs':
      return own(values.inputs, name)?.map(quote).join(' ');
    case 'list': {
      const paths = own(values.inputs, name);
      return paths && quote(values.list(name, paths));
    }
    case 'outputs':
      return quoted(own(values.outputs, name));
    case 'file':
      return quoted(values.paramsFile ?? undefined);
    case 'params':
      return quoted(valueAt(values.params, name.split('.')));
    case 'python':
      return quoted(values.python ?? undefined);
    case 'axis':
      return quoted(own(values.point, name));
  }
}

function quoted(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return quote(typeof value === 'string' ? value : canonicalJson(value));
}

function valueAt(params: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = params;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = own(value as JsonObject, key);
  }
  return value;
}

/** One word for a shell, whatever it holds. To some a `=` at its beginning is one of theirs. */
export function quote(text: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

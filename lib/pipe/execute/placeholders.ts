import { canonicalJson, type Json, type JsonObject, type Point } from '../json.ts';

export interface Placeholders {
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  /** Path of a file with all of them; null when there are none. */
  readonly paramsFile: string | null;
  /** The interpreter of the stage; null where it has none. */
  readonly python: string | null;
  readonly point: Point;
}

/**
 * Fills `{inputs.x}`, `{outputs.x}`, `{params.a.b}`, `{params}` (the file), `{axis}` and `{python}` into a command, each
 * value quoted as one word of the shell (a list as several). Braces that name none of these, and `${…}`, are
 * the shell's own.
 */
export function fillIn(command: string, values: Placeholders): string {
  return command.replaceAll(/(?<!\$)\{([\w-]+(?:\.[\w-]+)*)\}/g, (whole, path: string) => {
    const [head = '', ...rest] = path.split('.');
    const name = rest.join('.');
    if (head === 'inputs') return values.inputs[name]?.map(quote).join(' ') ?? whole;
    if (head === 'outputs') return name in values.outputs ? quote(values.outputs[name]!) : whole;
    if (path === 'params') return values.paramsFile === null ? whole : quote(values.paramsFile);
    const value = head === 'params' ? valueAt(values.params, rest) : values.point[path];
    if (path === 'python' && value === undefined && values.python !== null) return quote(values.python);
    return value === undefined ? whole : quote(typeof value === 'string' ? value : canonicalJson(value));
  });
}

function valueAt(params: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = params;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

/** One word for `sh`, whatever it holds. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

import { isMapping, type Json } from '../json.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { readYaml, spanOf, type YamlText } from './document.ts';
import { readToml } from './toml.ts';
import { basedOn, normalPath, whyOutside } from './path.ts';

/** Gives the text of a project's file; null where it cannot be read. */
export type ReadFile = (path: string) => string | null;

/** A file that holds the parameters. */
export interface ParamsFile {
  readonly path: string;
  readonly yaml: YamlText;
}

export interface WithParams {
  /** The manifest with the parameters in their place. */
  readonly value: Json;
  /** Null where they stand in the manifest itself. */
  readonly file: ParamsFile | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** `directory`: that of the file, project-relative. Where `params` is a text, it names a file (TOML, or YAML, of which JSON is a part) whose parameters are meant. */
export function withParamsFile(yaml: YamlText, read: ReadFile, directory = ''): WithParams {
  const { value } = yaml;
  const named = isMapping(value) ? value['params'] : undefined;
  if (!isMapping(value) || typeof named !== 'string') return { value, file: null, diagnostics: [] };
  const node = yaml.document.getIn(['params'], true) as Parameters<typeof spanOf>[0];
  const refuse = (message: string, hint?: string): WithParams => {
    const place = yaml.place(...spanOf(node));
    return {
      value,
      file: null,
      diagnostics: [{ severity: 'error', ...place, message, ...(hint !== undefined && { hint }) }],
    };
  };
  const outside = named.trim() === '' ? 'is empty' : whyOutside(basedOn(directory, named));
  if (outside !== null) return refuse(`\`${named}\` ${outside}`);
  if (!/\.(?:ya?ml|json|toml)$/.test(named))
    return refuse(
      `\`${named}\` is no file of parameters`,
      'they are read from YAML (`.yaml`), JSON (`.json`) and TOML (`.toml`)',
    );
  const path = normalPath(basedOn(directory, named));
  const text = read(path);
  if (text === null) return refuse(`${path} is not there, or no text`);
  const file = { path, yaml: inFile(readParams(text, path)) };
  const params = file.yaml.value ?? {};
  const misshapen = file.yaml.diagnostics.length === 0 && !isMapping(params);
  const diagnostics: readonly Diagnostic[] = misshapen
    ? [
        {
          severity: 'error',
          ...file.yaml.place(0, 0),
          message: 'parameters are a mapping of names to values',
        },
      ]
    : file.yaml.diagnostics;
  return { value: { ...value, params }, file, diagnostics };
}

/** A file of parameters, by what its name says it is. */
export function readParams(text: string, path: string): YamlText {
  return isToml(path) ? readToml(text, path) : readYaml(text, path);
}

export function isToml(path: string): boolean {
  return path.endsWith('.toml');
}

/** Its places bring their text along: it is not the manifest's. */
export function inFile(yaml: YamlText): YamlText {
  const { text } = yaml;
  const place = (start: number, end: number): Place => ({ ...yaml.place(start, end), text });
  return { ...yaml, place, diagnostics: yaml.diagnostics.map((diagnostic) => ({ ...diagnostic, text })) };
}

import { isAlias, isMap, type Node } from 'yaml';
import { isMapping, type Json, type JsonObject } from '../json.ts';
import { childOf, readYaml, spanOf, type YamlText } from '../manifest/document.ts';
import { isToml, readParams } from '../manifest/params-file.ts';
import { readSetting, withSetting } from '../manifest/params.ts';

/** A file with parameters, and its text once values are written into it. */
export interface Written {
  readonly path: string;
  readonly text: string;
}

export type Values =
  | { readonly ok: true; readonly files: readonly Written[] }
  /** A value that stands nowhere of its own: behind an alias, or in what a profile takes over; or that has no form there. */
  | { readonly ok: false; readonly argument: string; readonly path: string; readonly why: string };

/** A file of a pipeline, and the one that it names for its parameters, or null. */
export interface WithValues {
  readonly manifest: Written;
  readonly params: Written | null;
  /** Under which its parameters stand; empty for `pipeline.yaml`. */
  readonly prefix: readonly string[];
}

/** Where a value may stand. */
interface Candidate {
  readonly path: string;
  readonly yaml: YamlText;
  readonly found: NodeFound;
}

/**
 * Writes values as `--set` takes them where the files give them now, and leaves every other letter as it is. `files`:
 * `pipeline.yaml`, then those that it includes.
 */
export function writtenValues(
  files: readonly WithValues[],
  { profile, set }: { readonly profile: string; readonly set: readonly string[] },
): Values {
  const before = new Map(
    files
      .flatMap(({ manifest, params }) => [manifest, ...(params === null ? [] : [params])])
      .map(({ path, text }) => [path, text] as const),
  );
  const texts = new Map(before);
  for (const argument of set) {
    const read = files.map(({ manifest, params, prefix }) => ({
      prefix,
      main: { path: manifest.path, yaml: readYaml(texts.get(manifest.path)!, manifest.path) },
      aside: params && { path: params.path, yaml: readParams(texts.get(params.path)!, params.path) },
    }));
    const all = read.reduceRight<JsonObject>((inner, { prefix, main, aside }) => {
      const base = isMapping(aside?.yaml.value) ? aside.yaml.value : memberOf(main.yaml.value, ['params']);
      const own = layered(base, memberOf(main.yaml.value, ['profiles', profile, 'params']));
      return layered(
        inner,
        prefix.reduceRight<JsonObject>((held, key) => ({ [key]: held }), own),
      );
    }, {});
    const setting = readSetting(argument, all);
    const refuse = (path: string, why: string): Values => ({ ok: false, argument, path, why });
    if (!setting.ok) return refuse(files[0]!.manifest.path, setting.diagnostics[0]!.message);
    const candidates = read.flatMap(({ prefix, main, aside }): Candidate[] => {
      if (!prefix.every((key, position) => key === setting.path[position])) return [];
      const at = setting.path.slice(prefix.length);
      const inProfile = { ...main, found: nodeAt(main.yaml, ['profiles', profile, 'params', ...at]) };
      // What a profile takes from elsewhere, others take from there, too.
      if (profile !== 'default') return [inProfile];
      const own =
        aside === null
          ? { ...main, found: nodeAt(main.yaml, ['params', ...at]) }
          : { ...aside, found: nodeAt(aside.yaml, at, isToml(aside.path)) };
      return [inProfile, own];
    });
    const place = candidates.find(({ found }) => found.type !== 'missing') ?? candidates.at(-1)!;
    const { path, yaml } = place;
    if (place.found.type !== 'own') return refuse(path, WHY[place.found.type]);
    const { node } = place.found;
    const toml = isToml(path);
    if (toml && isTable(yaml, node)) return refuse(path, 'it is a table there, written in parts');
    const value = toml ? tomlValue(setting.value) : valueText(setting.value, argument);
    if (value === null) return refuse(path, 'TOML has no null');
    texts.set(path, replaced(yaml, node, value));
  }
  const changed = [...texts].filter(([path, text]) => text !== before.get(path));
  return { ok: true, files: changed.map(([path, text]) => ({ path, text })) };
}

const WHY = {
  missing: 'the profile takes it from elsewhere',
  shared: 'it stands behind an alias that others share',
} as const;

type NodeFound =
  { readonly type: 'own'; readonly node: Node } | { readonly type: 'missing' } | { readonly type: 'shared' };

/** Where a path leads without taking an alias or a merged mapping; in TOML there are none, and tables lie anywhere. */
function nodeAt({ document }: YamlText, path: readonly string[], toml = false): NodeFound {
  let node = document.contents;
  for (const key of path) {
    if (isAlias(node)) return { type: 'shared' };
    const child = childOf(document, node, key);
    if (child?.value == null) return { type: 'missing' };
    const [start, end] = node === null ? [0, 0] : spanOf(node);
    const [at] = spanOf(child.value);
    if (!toml && (at < start || at >= end)) return { type: 'shared' };
    node = child.value;
  }
  return node === null ? { type: 'missing' } : isAlias(node) ? { type: 'shared' } : { type: 'own', node };
}

function replaced({ text }: YamlText, node: Node, value: string): string {
  const [start, end] = spanOf(node);
  const tail = /\s*$/.exec(text.slice(start, end))![0];
  return text.slice(0, start) + value + tail + text.slice(end);
}

/** As it was typed, where it means the same inside braces, too. */
function valueText(value: Json, argument: string): string {
  const typed = argument.slice(argument.indexOf('=') + 1).trim();
  const inside = readYaml(`[${typed}]`, '--set');
  const same = inside.diagnostics.length === 0 && JSON.stringify(inside.value) === JSON.stringify([value]);
  return same && !typed.includes('#') ? typed : JSON.stringify(value);
}

/** Whether what a TOML text has at a node is no value of its own, but a header or keys with dots. */
function isTable({ text }: YamlText, node: Node): boolean {
  const written = text.slice(...spanOf(node));
  return (isMap(node) && !written.startsWith('{')) || written.startsWith('[[');
}

/** On one line; null where there is a null, which TOML does not have. */
function tomlValue(value: Json): string | null {
  if (value === null) return null;
  if (typeof value !== 'object') return JSON.stringify(value);
  const parts = isMapping(value)
    ? Object.entries(value).map(([key, part]) => ({ before: `${JSON.stringify(key)} = `, part }))
    : value.map((part) => ({ before: '', part }));
  const texts = parts.map(({ before, part }) => ({ before, text: tomlValue(part) }));
  if (texts.some(({ text }) => text === null)) return null;
  const joined = texts.map(({ before, text }) => before + text!).join(', ');
  return isMapping(value) ? `{ ${joined} }` : `[${joined}]`;
}

function memberOf(value: Json, path: readonly string[]): JsonObject {
  const held = path.reduce<Json | undefined>((at, key) => (isMapping(at) ? at[key] : undefined), value);
  return isMapping(held) ? held : {};
}

function layered(base: JsonObject, overlay: JsonObject): JsonObject {
  return Object.entries(overlay).reduce((all, [key, value]) => {
    const before = all[key];
    const merged = isMapping(before) && isMapping(value) ? layered(before, value) : value;
    return withSetting(all, [key], merged);
  }, base);
}

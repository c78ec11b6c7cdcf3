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

/**
 * Writes values as `--set` takes them where the files give them now, and leaves every other letter as it is. `manifest`
 * is `pipeline.yaml`; `params` the file that it names for its parameters, or null.
 */
export function writtenValues(
  manifest: Written,
  params: Written | null,
  { profile, set }: { readonly profile: string; readonly set: readonly string[] },
): Values {
  let [top, other] = [manifest, params];
  for (const argument of set) {
    const main = readYaml(top.text, top.path);
    const aside = other === null ? null : readParams(other.text, other.path);
    const base = isMapping(aside?.value) ? aside.value : memberOf(main.value, ['params']);
    const overlay = memberOf(main.value, ['profiles', profile, 'params']);
    const setting = readSetting(argument, layered(base, overlay));
    const refuse = (path: string, why: string): Values => ({ ok: false, argument, path, why });
    if (!setting.ok) return refuse(top.path, setting.diagnostics[0]!.message);
    const inProfile = nodeAt(main, ['profiles', profile, 'params', ...setting.path]);
    const place =
      inProfile.type !== 'missing'
        ? { yaml: main, found: inProfile }
        : profile !== 'default'
          ? { yaml: main, found: inProfile }
          : aside === null
            ? { yaml: main, found: nodeAt(main, ['params', ...setting.path]) }
            : { yaml: aside, found: nodeAt(aside, setting.path, isToml(other!.path)) };
    const path = place.yaml === main ? top.path : other!.path;
    if (place.found.type !== 'own') return refuse(path, WHY[place.found.type]);
    const { node } = place.found;
    const toml = place.yaml === aside && isToml(path);
    if (toml && isTable(place.yaml, node)) return refuse(path, 'it is a table there, written in parts');
    const value = toml ? tomlValue(setting.value) : valueText(setting.value, argument);
    if (value === null) return refuse(path, 'TOML has no null');
    const text = replaced(place.yaml, node, value);
    if (place.yaml === main) top = { ...top, text };
    else other = { ...other!, text };
  }
  const files = [top, ...(other === null ? [] : [other])];
  return {
    ok: true,
    files: files.filter(({ path, text }) => text !== (path === manifest.path ? manifest : params!).text),
  };
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

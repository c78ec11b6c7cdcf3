import { isMapping, type Json, type JsonObject } from '../json.ts';
import {
  commandLineDiagnostic,
  commandLinePlace,
  type Diagnostic,
  type Path,
  type Place,
  type Problem,
} from './diagnostic.ts';
import { readYaml, type YamlText } from './document.ts';
import { suggestParameter } from './reference.ts';
import { listed } from './suggest.ts';

/** A checked `--set path=value`. */
export interface Setting {
  readonly ok: true;
  readonly path: readonly string[];
  readonly value: Json;
  /** The value's own text, for finding a place inside it, and where that starts in `typed`. */
  readonly yaml: YamlText;
  readonly offset: number;
  readonly typed: string;
}

/** Mappings are merged key by key; anything else replaces. */
export function mergedOver(base: JsonObject, overlay: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    merged[key] = isMapping(before) && isMapping(value) ? mergedOver(before, value) : value;
  }
  return merged;
}

/** A key that the base does not have is more often a slip than meant; below `{}` and null all are meant. */
export function strangers(
  base: JsonObject,
  overlay: JsonObject,
  path: Path,
  prefix: readonly string[] = [],
  holder?: string,
): Problem[] {
  return Object.entries(overlay).flatMap(([key, value]): Problem[] => {
    const here = [...prefix, key];
    if (!Object.hasOwn(base, key)) {
      const name = here.join('.');
      const message =
        holder === undefined
          ? `\`params\` above has no \`${name}\`, which this profile sets`
          : `${holder} no parameter \`${name}\`, which is set here`;
      const siblings = Object.fromEntries(
        Object.entries(base).map(([sibling, held]): [string, Json] => [[...prefix, sibling].join('.'), held]),
      );
      const hint = suggestParameter(name, siblings);
      return [{ path: [...path, ...here], part: 'key', severity: 'warning', message, hint }];
    }
    const before = base[key];
    if (!isMapping(before) || !isMapping(value) || Object.keys(before).length === 0) return [];
    return strangers(before, value, path, here, holder);
  });
}

interface Refused {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads `path=value`; the path may begin with `params.`, the value is YAML. */
export function readSetting(argument: string, params: JsonObject): Setting | Refused {
  const typed = `--set ${argument}`;
  const mistake = (within: string, message: string, hint?: string): Diagnostic =>
    commandLineDiagnostic(typed, within, message, hint);
  const equals = argument.indexOf('=');
  if (equals <= 0) {
    const example = 'as in `--set train.epochs=5`';
    return { ok: false, diagnostics: [mistake(argument, '`--set` takes `path=value`', example)] };
  }
  const written = argument.slice(0, equals);
  const prefixed = written.startsWith('params.') && !Object.hasOwn(params, 'params');
  const dotted = prefixed ? written.slice('params.'.length) : written;
  const path = keysOf(params, dotted.split('.')) ?? dotted.split('.');

  const offset = '--set '.length + equals + 1;
  const yaml = readYaml(argument.slice(equals + 1), typed);
  const diagnostics = yaml.diagnostics.map((diagnostic): Diagnostic => {
    return { ...diagnostic, ...placeInSetting(typed, offset, diagnostic) };
  });
  const missing = missingIn(params, path);
  if (missing !== null) diagnostics.unshift(mistake(written, missing.message, missing.hint));
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, path, value: yaml.value, yaml, offset, typed };
}

/** Where in the argument a place of the value's own text lies. */
export function placeInSetting(typed: string, offset: number, { range }: Pick<Place, 'range'>): Place {
  const place = commandLinePlace(typed, '');
  const at = (position: number): Place['range']['start'] => ({
    line: 1,
    column: offset + position + 1,
    offset: offset + position,
  });
  return { ...place, range: { start: at(range.start.offset), end: at(range.end.offset) } };
}

/** The keys that parts of a dotted path make up: a key may hold dots itself. Null where there are none. */
function keysOf(holder: Json, parts: readonly string[]): string[] | null {
  if (parts.length === 0) return [];
  if (!isMapping(holder)) return null;
  for (let end = 1; end <= parts.length; end++) {
    const key = parts.slice(0, end).join('.');
    const rest = Object.hasOwn(holder, key) ? keysOf(holder[key]!, parts.slice(end)) : null;
    if (rest !== null) return [key, ...rest];
  }
  return null;
}

function missingIn(
  params: JsonObject,
  path: readonly string[],
): { readonly message: string; readonly hint: string } | null {
  let holder: Json = params;
  for (const [depth, key] of path.entries()) {
    const above = path.slice(0, depth).join('.');
    if (!isMapping(holder)) {
      return { message: `\`${above}\` is not a mapping`, hint: `\`--set ${above}=…\` gives all of it` };
    }
    if (!Object.hasOwn(holder, key)) {
      // A mapping without keys is one whose keys are free.
      if (depth > 0 && depth === path.length - 1 && Object.keys(holder).length === 0) return null;
      const name = path.join('.');
      const known = depth === 0 ? 'parameters' : `\`${above}\` has`;
      const hint = suggestParameter(name, params) ?? `${known}: ${listed(Object.keys(holder))}`;
      return { message: `there is no parameter \`${name}\``, hint };
    }
    holder = holder[key]!;
  }
  return null;
}

export function withSetting(params: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return params;
  const before = params[key];
  return {
    ...params,
    [key]: rest.length === 0 ? value : withSetting(isMapping(before) ? before : {}, rest, value),
  };
}

import { parse, TomlDate, TomlError } from 'smol-toml';
import { Document, isMap, isScalar, isSeq, LineCounter, type Node, type Pair } from 'yaml';
import type { Json } from '../json.ts';
import type { Diagnostic } from './diagnostic.ts';
import { DEEPEST, placesIn, type YamlText } from './document.ts';
import { placeKey, tomlPlaces, type Span, type TomlPlace } from './toml-places.ts';

/** A TOML text as the same tree of nodes as a YAML text, so that places are found in both by the same steps. */
export function readToml(text: string, file: string): YamlText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  const place = placesIn(file, lines);
  const read = parsed(text);
  if (read instanceof TomlError) {
    const start = Math.min(
      text.length,
      (lines.lineStarts[read.line - 1] ?? 0) + Math.max(0, read.column - 1),
    );
    const [said = ''] = read.message.replace(/^Invalid TOML document: /, '').split('\n');
    const message = said === '' ? 'this is no TOML' : said;
    const diagnostics = [{ severity: 'error' as const, ...place(start, start + 1), message }];
    return { text, document: new Document(), value: null, diagnostics, place };
  }
  const places = tomlPlaces(text);
  const diagnostics: Diagnostic[] = [];
  const value = plain(read, [], (path, message) => {
    const { value: span } = nearest(places, path);
    diagnostics.push({ severity: 'error', ...place(...span), message });
  });
  const document = new Document(value, { aliasDuplicateObjects: false });
  spread(document.contents, [], places, [0, 0]);
  return { text, document, value: diagnostics.length > 0 ? null : value, diagnostics, place };
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxDepth: DEEPEST });
  } catch (error) {
    if (error instanceof TomlError) return error;
    throw error;
  }
}

type TomlPath = readonly (string | number)[];
type Refuse = (path: TomlPath, message: string) => void;

/** As parameters can be: JSON. */
function plain(value: unknown, path: TomlPath, refuse: Refuse): Json {
  if (value instanceof TomlDate) {
    refuse(path, 'a date or a time cannot be a parameter (put it in quotes)');
    return null;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) refuse(path, 'a number has to be finite');
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Array.isArray(value)) return value.map((part, index) => plain(part, [...path, index], refuse));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key === '__proto__') refuse([...path, key], '`__proto__` cannot be a key');
      return [key, plain(part, [...path, key], refuse)];
    }),
  );
}

function nearest(places: ReadonlyMap<string, TomlPlace>, path: TomlPath): TomlPlace {
  for (let length = path.length; length > 0; length--) {
    const found = places.get(placeKey(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return { key: [0, 0], value: [0, 0] };
}

/** Gives every node the place of what it was made of. */
function spread(node: unknown, path: TomlPath, places: ReadonlyMap<string, TomlPlace>, around: Span): void {
  const span = places.get(placeKey(path))?.value ?? around;
  if (isScalar(node) || isMap(node) || isSeq(node)) node.range = [span[0], span[1], span[1]];
  if (isSeq(node))
    for (const [index, item] of node.items.entries()) spread(item, [...path, index], places, span);
  if (!isMap(node)) return;
  for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
    if (!isScalar(key)) continue;
    const here = [...path, String(key.value)];
    const [start, end] = places.get(placeKey(here))?.key ?? span;
    key.range = [start, end, end];
    spread(value, here, places, span);
  }
}

import {
  Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../json.ts';
import type { Diagnostic, Place, Position } from './diagnostic.ts';
import { syntaxMistakes } from './syntax.ts';

/** A parsed YAML text that remembers where everything stands. */
export interface YamlText {
  readonly text: string;
  readonly document: Document;
  readonly value: Json;
  /** Mistakes of the YAML itself; the value is not to be trusted when one is an error. */
  readonly diagnostics: readonly Diagnostic[];
  place(start: number, end: number): Place;
}

/** Gives places in a file, whose lines are known, by the letters between which they lie. */
export function placesIn(file: string, lines: LineCounter): YamlText['place'] {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, offset };
  };
  return (start, end) => ({
    file,
    range: { start: position(start), end: position(Math.max(start, end)) },
  });
}

export function readYaml(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const document = parsed(text, lines);
  const place = placesIn(file, lines);

  const deep = document === null ? place(0, 0) : tooDeep(document.contents, place);
  if (document === null || deep !== null) {
    const message = `values stand inside each other more than ${DEEPEST} deep`;
    const diagnostics = [error(deep ?? place(0, 0), message)];
    return { text, document: document ?? new Document(), value: null, diagnostics, place };
  }
  const syntax = syntaxMistakes(document, text).map(({ start, end, ...said }): Diagnostic => {
    return { severity: 'error', ...place(start, end), ...said };
  });
  const diagnostics = syntax.length > 0 ? syntax : misuses(document, place);
  if (diagnostics.length > 0) return { text, document, value: null, diagnostics, place };
  try {
    return { text, document, value: document.toJS() as Json, diagnostics, place };
  } catch (failure) {
    // Ten levels of ten aliases would be ten thousand million values; the parser refuses.
    if (!(failure instanceof ReferenceError)) throw failure;
    return { text, document, value: null, diagnostics: [error(place(0, 0), failure.message)], place };
  }
}

/** Nobody means more, and programs that read it recurse. */
export const DEEPEST = 100;

/** Null for a text that is too deep for the parser. */
function parsed(text: string, lineCounter: LineCounter): Document | null {
  try {
    return parseDocument(text, {
      lineCounter,
      merge: true,
      prettyErrors: false,
      // Said in words of our own, with the place of the first.
      uniqueKeys: false,
    });
  } catch (failure) {
    if (failure instanceof RangeError) return null;
    throw failure;
  }
}

/** The place of the first value that is too deep, found without recursing. */
function tooDeep(contents: Node | null, place: Placing): Place | null {
  const open: [node: unknown, depth: number][] = [[contents, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    if (isPair(node)) open.push([node.value, depth], [node.key, depth]);
    if (!isMap(node) && !isSeq(node)) continue;
    if (depth === DEEPEST) return place(...spanOf(node));
    for (const item of node.items) open.push([item, depth + 1]);
  }
  return null;
}

type Placing = (start: number, end: number) => Place;

/** What YAML allows and a configuration must not hold. */
function misuses(document: Document, place: Placing): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (node: Node, message: string): void => {
    found.push(error(place(...spanOf(node)), message));
  };
  const checkTag = (node: Scalar | YAMLMap | YAMLSeq): void => {
    const date = isScalar(node) && node.value instanceof Date;
    const tag = node.tag ?? (date ? `${YAML}timestamp` : undefined);
    if (tag !== undefined && !PLAIN.includes(tag)) report(node, formless(tag));
  };
  visit(document, {
    Seq(_, list) {
      checkTag(list);
    },
    Map(_, map) {
      checkTag(map);
      const first = new Map<string, Node>();
      for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
        if (!isScalar(key)) {
          report(key, 'a key has to be a plain text');
          continue;
        }
        const merged = mergedBy(document, key, value);
        for (const source of merged ?? [])
          // Of an alias without its anchor something else is said.
          if (source !== null && !isMap(source))
            report(value ?? key, '`<<` takes a mapping, or a list of mappings');
        if (merged !== null) continue;
        const name = String(key.value);
        const before = first.get(name);
        if (name === '__proto__') report(key, '`__proto__` cannot be a key');
        if (before !== undefined) {
          const { line } = place(...spanOf(before)).range.start;
          report(key, `\`${name}\` stands here twice (first on line ${line})`);
        }
        first.set(name, key);
      }
    },
    Scalar(_, node) {
      checkTag(node);
      if (typeof node.value !== 'number') return;
      if (!Number.isFinite(node.value)) report(node, 'a number has to be finite');
      else if (
        Number.isInteger(node.value) &&
        !Number.isSafeInteger(node.value) &&
        !FLOAT.test(node.source ?? '')
      )
        report(node, 'this whole number is too large to be held exactly (put it in quotes)');
    },
    Alias(_, node, path) {
      const target = node.resolve(document);
      if (target !== undefined && path.includes(target))
        report(node, `\`*${node.source}\` stands inside what it stands for`);
      if (target === undefined) report(node, `there is no anchor \`&${node.source}\` before this`);
    },
  });
  return found;
}

const YAML = 'tag:yaml.org,2002:';

/** Tags of values that parameters can have. */
const PLAIN = ['!', ...['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => YAML + name)];

/** A number with a point or an exponent. Of all others each digit counts. */
const FLOAT = /^[-+]?(?:[\d_]*\.[\d_]*(?:e[-+]?\d+)?|[\d_]+e[-+]?\d+)$/i;

function formless(tag: string): string {
  const name = tag.startsWith(YAML) ? `!!${tag.slice(YAML.length)}` : tag;
  const instead = tag === `${YAML}timestamp` ? 'put it in quotes' : 'write a text, a list or a mapping';
  return `a value of the kind \`${name}\` cannot be a parameter (${instead})`;
}

function error(place: Place, message: string): Diagnostic {
  return { severity: 'error', ...place, message };
}

/** Where the node itself is written, without what follows it. */
export function spanOf(node: Node): [number, number] {
  const range = node.range;
  if (!range) return [0, 0];
  return [range[0], range[1]];
}

/** The value and key under a name or position, looked for in merged mappings (`<<`) too. */
export function childOf(
  document: Document,
  node: Node | null,
  key: string | number,
): { readonly key: Node | null; readonly value: Node | null } | undefined {
  const holder = resolved(document, node);
  if (isSeq(holder)) {
    const value = typeof key === 'number' ? (holder.items[key] as Node | undefined) : undefined;
    return value === undefined ? undefined : { key: null, value };
  }
  if (!isMap(holder)) return undefined;
  const pairs = holder.items as Pair<Node, Node | null>[];
  const own = pairs.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (own !== undefined) return own;
  return pairs
    .flatMap((pair) => mergedBy(document, pair.key, pair.value) ?? [])
    .map((source) => childOf(document, source, key))
    .find((child) => child !== undefined);
}

/** What `<<` merges in, the first of which wins; null for any other key. */
function mergedBy(document: Document, key: Node, value: Node | null): readonly (Node | null)[] | null {
  // The parser marks the key by a symbol; quoted, it is a key like any other.
  if (!isScalar(key) || typeof key.value !== 'symbol') return null;
  const sources = resolved(document, value);
  const list = isSeq(sources) ? (sources.items as (Node | null)[]) : [sources];
  return list.map((source) => resolved(document, source));
}

function resolved(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

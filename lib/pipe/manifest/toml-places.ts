/** Where something stands in a TOML text: between two offsets. */
export type Span = readonly [start: number, end: number];

export interface TomlPlace {
  readonly key: Span;
  readonly value: Span;
}

type TomlPath = readonly (string | number)[];

const BLANK = /(?:[ \t\r\n,]|#[^\n]*)*/y;
const KEY = /[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([\w-]+))[ \t]*(\.?)/y;
const TEXT = /"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const OTHER = /[^,\]}#\r\n]*/y;

/** The places of keys and values by path, `placeKey`, in a text that a parser found to be TOML. */
export function tomlPlaces(text: string): ReadonlyMap<string, TomlPlace> {
  const places = new Map<string, TomlPlace>();
  /** Of arrays of tables, the last index so far. */
  const arrays = new Map<string, number>();
  let at = 0;

  const matched = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match;
  };

  const note = (path: TomlPath, key: Span, value: Span): void => {
    if (!places.has(placeKey(path))) places.set(placeKey(path), { key, value });
  };

  function keys(): { readonly name: string; readonly span: Span }[] {
    const found: { name: string; span: Span }[] = [];
    for (;;) {
      const start = at;
      const match = matched(KEY);
      if (match === null) return found;
      const [all, quoted, literal, bare, dot] = match;
      const from = start + all.search(/[^ \t]/);
      const written = quoted === undefined ? (literal ?? bare!).length : quoted.length;
      const quotes = bare === undefined ? 2 : 0;
      found.push({ name: literal ?? bare ?? unescaped(quoted!), span: [from, from + written + quotes] });
      if (dot === '') return found;
    }
  }

  /** The path that keys name from the top, with the last table of each array on the way. */
  function resolved(names: readonly string[]): (string | number)[] {
    const path: (string | number)[] = [];
    for (const name of names) {
      path.push(name);
      const last = arrays.get(placeKey(path));
      if (last !== undefined) path.push(last);
    }
    return path;
  }

  function header(): TomlPath {
    const start = at;
    const many = text.startsWith('[[', at);
    at += many ? 2 : 1;
    const names = keys().map(({ name }) => name);
    at += many ? 2 : 1;
    const path = many ? [...resolved(names.slice(0, -1)), names.at(-1)!] : resolved(names);
    for (let length = 1; length <= path.length; length++)
      note(path.slice(0, length), [start, at], [start, at]);
    if (!many) return path;
    const index = (arrays.get(placeKey(path)) ?? -1) + 1;
    arrays.set(placeKey(path), index);
    note([...path, index], [start, at], [start, at]);
    return [...path, index];
  }

  function pair(table: TomlPath): void {
    const found = keys();
    const path = [...table, ...found.map(({ name }) => name)];
    at = text.indexOf('=', at) + 1;
    const span = value(path);
    for (const [index, { span: key }] of found.entries()) {
      const part = path.slice(0, table.length + index + 1);
      note(part, key, index === found.length - 1 ? span : [key[0], span[1]]);
    }
  }

  function value(path: TomlPath): Span {
    while (text[at] === ' ' || text[at] === '\t') at++;
    const start = at;
    if (text[at] === '[' || text[at] === '{') {
      const list = text[at] === '[';
      at++;
      for (let index = 0; ; index++) {
        matched(BLANK);
        if (at >= text.length || text[at] === ']' || text[at] === '}') break;
        const before = at;
        if (list) {
          const span = value([...path, index]);
          note([...path, index], span, span);
        } else pair(path);
        if (at === before) break;
      }
      at++;
      return [start, at];
    }
    if (matched(TEXT) === null) at += matchedLength(OTHER, text, at);
    return [start, at];
  }

  let table: TomlPath = [];
  for (matched(BLANK); at < text.length; matched(BLANK)) {
    const before = at;
    if (text[at] === '[') table = header();
    else pair(table);
    if (at <= before) break;
  }
  return places;
}

export function placeKey(path: TomlPath): string {
  return JSON.stringify(path);
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

function matchedLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return (pattern.exec(text)?.[0] ?? '').trimEnd().length;
}

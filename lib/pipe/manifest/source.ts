import { isScalar, isSeq, type Node } from 'yaml';
import type { JsonObject } from '../json.ts';
import { VALUES } from './axis-entries.ts';
import type { Diagnostic, Part, Path, Place, Problem } from './diagnostic.ts';
import { childOf, spanOf, type YamlText } from './document.ts';
import { FILES, type ManifestFile, type StageOrigin } from './include.ts';
import { layerOf, type Layer } from './layers.ts';
import { placeInSetting, type Setting } from './params.ts';
import { referenceOf } from './reference.ts';
import { scopeOf } from './scope.ts';

/** Where every part of a manifest was written. */
export interface Source {
  /**
   * The place of what a path names. `['params', 'train', 'rate']` leads to wherever that value was given: in
   * `params`, in the profile, or on the command line; `['stages', 'train', 'params', 'rate']` to what the stage
   * itself gives under that name. A path that does not exist leads to the deepest part of it that does.
   */
  locate(path: Path, part?: Part, within?: string, nth?: number): Place;
  diagnose(problem: Problem): Diagnostic;
}

/** All that a manifest is read from. */
export interface Written {
  readonly files: readonly Pick<ManifestFile, 'yaml' | 'params' | 'prefix'>[];
  readonly origins: ReadonlyMap<string, StageOrigin>;
  readonly layers: readonly Layer[];
  readonly settings: readonly Setting[];
  /** Merged. */
  readonly params: JsonObject;
  /** Where a value of an axis is written. */
  readonly placeOfValue: (axis: string, value: string) => Path | undefined;
}

/** What there is of a file that stands alone. */
export function alone(yaml: YamlText): Written {
  return {
    files: [{ yaml, params: null, prefix: [] }],
    origins: new Map(),
    layers: [],
    settings: [],
    params: {},
    placeOfValue: () => undefined,
  };
}

/** A node found on the way along a path. */
interface Found {
  readonly node: Node | null;
  readonly key: Node | null;
  readonly document: YamlText['document'];
  /** Steps taken. */
  readonly depth: number;
  /** Where what is named here is looked for first. */
  readonly scope: readonly string[];
  readonly place: (start: number, end: number) => Place;
  readonly text: string;
}

export function sourceOf({ files, origins, layers, settings, params, placeOfValue }: Written): Source {
  const tops = files.map(({ yaml, prefix }) => topOf(yaml, prefix));
  const asides = files.map(({ params: aside, prefix }) => aside && topOf(aside.yaml, prefix));
  const top = tops[0]!;
  const contents = new Set([...tops, ...asides].map((each) => each?.node ?? null));

  function walk(from: Found, path: Path, depth = 0): Found {
    let found = { ...from, depth };
    for (const step of path.slice(depth)) {
      const child = childOf(found.document, found.node, step);
      if (child === undefined) break;
      const node = child.value;
      // An empty value has no place of its own; its key has.
      found = { ...found, node: node ?? child.key, key: child.key, depth: found.depth + 1 };
    }
    return found;
  }

  function find(path: Path, trips = 0): Found {
    if (path[0] === 'params' && path[1] === VALUES) {
      const [, , axis, value, ...rest] = path;
      const written = placeOfValue(String(axis), String(value));
      if (written !== undefined) return find([...written, ...rest], trips);
    }
    if (path[0] === 'params') return findParameter(path.slice(1), trips);
    const [file, written] = inFile(path);
    return findIn(file, written, trips);
  }

  /** The file that a path of the whole leads into, and the path there. */
  function inFile(path: Path): [file: Found, path: Path] {
    if (path[0] === FILES) return [tops[Number(path[1])] ?? top, path.slice(2)];
    const origin = path[0] === 'stages' ? origins.get(String(path[1])) : undefined;
    if (origin === undefined) return [top, path];
    return [tops[origin.file]!, ['stages', origin.name, ...path.slice(2)]];
  }

  function findIn(file: Found, path: Path, trips: number): Found {
    const found = walk(file, path);
    const rest = path.slice(found.depth);
    if (rest.length === 0 || trips > 20) return found;
    if (path[0] === 'stages' && path[2] === 'params' && found.depth === 3 && isSeq(found.node)) {
      const item = found.node.items.find(
        (each) => childOf(found.document, each as Node, rest[0]!) !== undefined,
      );
      // What the stage does not name is missing from its list.
      return item === undefined ? found : walk({ ...found, node: item as Node }, path, found.depth);
    }
    return followed(found, rest, trips);
  }

  /** Past a reference, on in the parameter it names. */
  function followed(found: Found, rest: Path, trips: number): Found {
    const name = rest.length === 0 || trips > 20 ? undefined : referenceIn(found);
    return name === undefined ? found : findParameter([...fullName(name, found), ...rest], trips + 1);
  }

  /** Where a value is given that a reference, or one to a reference, takes from there. */
  function originOf(found: Found, trips = 0): Found {
    const name = trips > 20 ? undefined : referenceIn(found);
    return name === undefined ? found : originOf(findParameter(fullName(name, found), trips), trips + 1);
  }

  function fullName(name: string, { scope }: Found): string[] {
    const keys = name.split('.');
    return [...scopeOf(keys[0]!, scope, params), ...keys];
  }

  /** In the layer that decides: the last `--set` that covers it, else the profile, else the base. */
  function findParameter(path: Path, trips: number): Found {
    const setting = settings.findLast(({ path: set }) => set.every((key, i) => key === String(path[i])));
    if (setting !== undefined) {
      const found = walk(topOfSetting(setting), path, setting.path.length);
      return followed(found, path.slice(found.depth), trips);
    }
    const layer = layerOf(layers, path.map(String));
    if (layer === undefined) return walk(top, ['params', ...path]);
    const { at, scope, file, aside } = layer;
    const own = walk((aside ? asides[file] : undefined) ?? tops[file]!, [...at, ...path.slice(scope.length)]);
    const found = { ...own, depth: own.depth - at.length + scope.length };
    return followed(found, path.slice(Math.max(0, found.depth)), trips);
  }

  function locate(path: Path, part?: Part, within?: string, nth = 0): Place {
    const found = part === 'origin' ? originOf(find(path)) : find(path);
    // What is missing from a block is said at the block's name, not at all of its lines.
    const large = found.key !== null && !isScalar(found.node) && spansLines(found);
    const node = (part === 'key' || large) && found.key !== null ? found.key : found.node;
    // What is missing from the file as a whole is said at its start.
    if (node === null || contents.has(node)) return found.place(0, 0);
    const [start, end] = spanOf(node);
    const inner = within === undefined ? -1 : nthIndex(found.text.slice(start, end), within, nth);
    if (within === undefined || inner === -1) return found.place(start, end);
    return found.place(start + inner, start + inner + within.length);
  }

  function diagnose({ path, part, within, nth, severity, message, hint }: Problem): Diagnostic {
    const place = locate(path, part, within, nth);
    return { severity: severity ?? 'error', ...place, message, ...(hint === undefined ? {} : { hint }) };
  }

  return { locate, diagnose };
}

/** The parameter that a value consists of. */
function referenceIn({ node }: Found): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? referenceOf(node.value) : undefined;
}

function topOf(yaml: YamlText, scope: readonly string[]): Found {
  return {
    scope,
    node: yaml.document.contents,
    key: null,
    document: yaml.document,
    depth: 0,
    place: (start, end) => yaml.place(start, end),
    text: yaml.text,
  };
}

function topOfSetting({ yaml, typed, offset }: Setting): Found {
  return {
    scope: [],
    node: yaml.document.contents,
    key: null,
    document: yaml.document,
    depth: 0,
    place: (start, end) => placeInSetting(typed, offset, yaml.place(start, end)),
    text: yaml.text,
  };
}

/** Where a piece stands for the n-th time, or for the last. */
function nthIndex(text: string, piece: string, nth: number): number {
  let at = text.indexOf(piece);
  for (let left = nth; left > 0; left--) {
    const next = text.indexOf(piece, at + 1);
    if (next < 0) break;
    at = next;
  }
  return at;
}

function spansLines({ node, text }: Found): boolean {
  if (node === null) return false;
  return text
    .slice(...spanOf(node))
    .trimEnd()
    .includes('\n');
}

import { isMapping, type Json, type JsonObject } from '../json.ts';
import { valueUnder } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';
import { pathIn, type ManifestFile } from './include.ts';
import { mergedOver, strangers, type Setting } from './params.ts';

/** Parameters that one file gives, in itself or in one of its profiles. */
export interface Layer {
  readonly file: number;
  /** Where they stand: in that file, or in the one that holds its parameters. */
  readonly at: Path;
  readonly aside: boolean;
  /** Under which they stand in the whole. */
  readonly scope: readonly string[];
  readonly params: JsonObject;
  readonly overlay: boolean;
}

/** Strongest first: a file over those that it includes, in each the profile over the rest. */
export function layersOf(files: readonly ManifestFile[], profile: string): readonly Layer[] {
  return files.flatMap(({ value, params: aside, prefix }, file): Layer[] => {
    const top = mapping(value);
    const theirs = mapping(mapping(mapping(top?.['profiles'])?.[profile])?.['params']);
    const own = mapping(top?.['params']);
    const common = { file, scope: prefix };
    return [
      ...(theirs === null
        ? []
        : [{ ...common, at: ['profiles', profile, 'params'], aside: false, params: theirs, overlay: true }]),
      ...(own === null
        ? []
        : [
            {
              ...common,
              at: aside === null ? ['params'] : [],
              aside: aside !== null,
              params: own,
              overlay: false,
            },
          ]),
    ];
  });
}

/** All of them merged, the stronger over the weaker. */
export function mergedLayers(layers: readonly Layer[]): JsonObject {
  return layers.reduceRight<JsonObject>(
    (merged, { scope, params }) => mergedOver(merged, nestedIn(scope, params)),
    {},
  );
}

function nestedIn(scope: readonly string[], params: JsonObject): JsonObject {
  return scope.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), params);
}

/** The layer that gives what stands under a path; where none does, the one that has most of the way to it. */
export function layerOf(layers: readonly Layer[], path: readonly string[]): Layer | undefined {
  let nearest: { readonly layer: Layer; readonly depth: number } | undefined;
  for (const layer of layers) {
    const { scope, params, overlay } = layer;
    if (!scope.every((key, position) => key === path[position])) continue;
    const found = valueUnder(params, path.slice(scope.length));
    if (found.type === 'value' || (found.known > 0 && !isMapping(found.holder))) return layer;
    const depth = scope.length + found.known;
    if (!overlay && depth > (nearest?.depth ?? -1)) nearest = { layer, depth };
  }
  return nearest?.layer;
}

/** Where what a parameter names is looked for: what `--set` gives, from the top. */
export function givenIn(
  layers: readonly Layer[],
  settings: readonly Setting[],
  path: readonly string[],
): { readonly scope: readonly string[] } | undefined {
  const isSet = settings.some(({ path: set }) => set.every((key, i) => key === path[i]));
  return isSet ? { scope: [] } : layerOf(layers, path);
}

/** What several files say of parameters that does not go together. */
export function clashes(files: readonly ManifestFile[], layers: readonly Layer[]): Problem[] {
  const base = layers.filter(({ overlay }) => !overlay);
  const sameScope = (a: Layer, b: Layer): boolean => a.scope.join('.') === b.scope.join('.');
  const pathOf = ({ file, aside, at }: Layer): Path => pathIn(file, aside ? ['params'] : at);
  return base.flatMap((layer, position): Problem[] => {
    const { scope, params, file } = layer;
    const before = base.slice(0, position);
    const twice = before
      .filter((other) => sameScope(other, layer))
      .flatMap((other) =>
        Object.keys(params)
          .filter((key) => Object.hasOwn(other.params, key))
          .map((key): Problem => {
            const message = `there is a parameter \`${key}\` already, in ${whereOf(files[other.file]!)}`;
            const hint = 'rename one of them, or include the file under a `prefix`';
            return { path: [...pathOf(layer), key], part: 'key', message, hint };
          }),
      );
    if (scope.length === 0) return twice;
    const over = before.flatMap((other): Problem[] => {
      const inner = scope.slice(other.scope.length);
      if (inner.length === 0 || !other.scope.every((key, i) => key === scope[i])) return [];
      const found = valueUnder(other.params, inner);
      if (found.type === 'nothing') {
        if (isMapping(found.holder)) return [];
        return [notMapping([...pathOf(other), ...inner.slice(0, found.known)], scope, files[file]!)];
      }
      const path = [...pathOf(other), ...inner];
      if (!isMapping(found.value)) return [notMapping(path, scope, files[file]!)];
      const inside = base.filter((each) => scope.every((key, at) => key === each.scope[at]));
      const known = valueUnder(mergedLayers(inside), scope);
      const all = known.type === 'value' && isMapping(known.value) ? known.value : {};
      return strangers(all, found.value, path, [], `${files[file]!.path} has`);
    });
    return [...twice, ...over];
  });
}

function notMapping(path: Path, scope: readonly string[], { path: file }: ManifestFile): Problem {
  const message = `\`${scope.join('.')}\` holds the parameters of ${file}, and has to be a mapping`;
  return { path, message, hint: 'rename it, or the `prefix`' };
}

function whereOf({ path, params }: ManifestFile): string {
  return params?.path ?? path;
}

function mapping(value: Json | undefined): JsonObject | null {
  return isMapping(value) ? value : null;
}

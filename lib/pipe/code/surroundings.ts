import type { Metafile } from 'esbuild';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { OWN_NAMESPACE } from './own-modules.ts';
import { ancestors, findPackage, isInstalled, packageName } from './packages.ts';
import type { Resolutions } from './resolve-imports.ts';
import { pathsIn, readJson } from './settings-files.ts';
import { mappedCandidates, tsconfigFor } from './tsconfig.ts';

/**
 * What decides which files the imports of a module mean, so that it is bundled anew when any of it is another:
 * project-relative paths, there or not.
 */
export interface Surroundings {
  /** Files whose text has a say: `package.json`, `tsconfig.json`. */
  readonly settings: ReadonlySet<string>;
  /** Directory → names in it that have a say, by what stands before the first dot. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  /** Directories of which every file has a say: those of an import with a pattern. */
  readonly trees: ReadonlySet<string>;
}

export function surroundingsOf(
  project: string,
  module: string,
  { inputs }: Metafile,
  { named, looked, external }: Resolutions,
): Surroundings {
  const noted = new Noted(project);
  noted.path(join(project, module));
  for (const [input, { imports }] of Object.entries(inputs)) {
    if (input.startsWith(`${OWN_NAMESPACE}:`)) continue;
    const file = resolve(project, input);
    noted.path(file);
    noted.scope(dirname(file));
    for (const { path, original, external: outside } of imports) {
      if (outside === true && path.includes('*')) noted.pattern(dirname(file), path);
      else if (original !== undefined && /^[./]/.test(original)) noted.path(resolve(dirname(file), original));
    }
  }
  for (const { specifier, directory } of named) {
    for (const candidate of mappedCandidates(tsconfigFor(directory), specifier)) noted.path(candidate);
    const found = findPackage(directory, packageName(specifier), looked);
    if (found !== null && !isInstalled(found)) noted.manifest(found);
  }
  for (const { directory, name } of looked) noted.name(directory, name);
  for (const closure of external.values())
    for (const directory of closure?.directories ?? []) noted.file(join(directory, 'package.json'));
  return noted;
}

class Noted implements Surroundings {
  readonly settings = new Set<string>();
  readonly names = new Map<string, Set<string>>();
  readonly trees = new Set<string>();
  readonly #project: string;
  readonly #scopes = new Set<string>();

  constructor(project: string) {
    this.#project = project;
  }

  file(path: string): void {
    this.settings.add(this.#relative(path));
  }

  name(directory: string, name: string): void {
    const key = this.#relative(directory);
    const names = this.names.get(key) ?? new Set();
    this.names.set(key, names.add(name.split('.')[0]!));
  }

  /** What an import may name, with or without its extension: a file, or a directory with an index. */
  path(path: string): void {
    this.name(dirname(path), basename(path));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    this.name(path, 'index');
    this.manifest(path);
  }

  /** What counts for every file of a directory: the nearest `package.json` and `tsconfig.json`. */
  scope(directory: string): void {
    if (this.#scopes.has(directory)) return;
    this.#scopes.add(directory);
    for (const file of tsconfigFor(directory).files) this.file(file);
    for (const above of ancestors(directory)) if (this.manifest(above)) break;
  }

  /** A `package.json`, and what it leads to; whether it is there. */
  manifest(directory: string): boolean {
    const file = join(directory, 'package.json');
    this.file(file);
    if (!existsSync(file)) return false;
    if (!isInstalled(file))
      for (const path of pathsIn(readJson(file))) this.path(join(directory, path.split('*')[0]!));
    return true;
  }

  pattern(directory: string, pattern: string): void {
    const parts = pattern.split('/');
    const base = parts.slice(
      0,
      parts.findIndex((part) => part.includes('*')),
    );
    this.trees.add(this.#relative(resolve(directory, base.join('/'))));
  }

  #relative(path: string): string {
    return relative(this.#project, path).split(sep).join('/') || '.';
  }
}

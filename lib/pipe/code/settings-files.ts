import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { lookThrough } from '../store/file-stat.ts';
import { ancestors, packageName } from './packages.ts';
import { isSpecial } from './special-files.ts';
import { mappedCandidates, tsconfigFor } from './tsconfig.ts';

/** What the bundler, and Node, read by themselves wherever an import leads. */
const NAMES = ['package.json', 'tsconfig.json', 'jsconfig.json'];

/**
 * Looks for settings that are a pipe or a device: these programs would wait for the one and read the other for ever.
 * Each directory is looked at once.
 */
export class SettingsFiles {
  readonly #found = new Map<string, string | null>();

  /** The absolute path of one that an import would have read; null for none. */
  specialFor(directory: string, specifier: string): string | null {
    for (const place of [directory, ...placesOf(directory, specifier)]) {
      const special = this.specialAbove(place);
      if (special !== null) return special;
    }
    return null;
  }

  /** The same, of a directory and all above it. */
  specialAbove(directory: string): string | null {
    const known = this.#found.get(directory);
    if (known !== undefined) return known;
    const above = dirname(directory);
    const found = specialIn(directory) ?? (above === directory ? null : this.specialAbove(above));
    this.#found.set(directory, found);
    return found;
  }
}

function specialIn(directory: string): string | null {
  const files = NAMES.map((name) => join(directory, name));
  const special = files.find(isSpecial);
  if (special !== undefined) return special;
  const configured = files.slice(1).some((file) => lookThrough(file)?.kind === 'file');
  // With what they extend.
  return (configured ? tsconfigFor(directory).files : []).find(isSpecial) ?? null;
}

/** Directories into which an import may lead. */
function placesOf(directory: string, specifier: string): string[] {
  const above = ancestors(directory);
  const candidates =
    specifier.startsWith('.') || isAbsolute(specifier)
      ? [resolve(directory, specifier)]
      : specifier.startsWith('#')
        ? above
        : [
            ...mappedCandidates(tsconfigFor(directory), specifier),
            ...above.flatMap((each) =>
              [specifier, packageName(specifier)].map((name) => join(each, 'node_modules', name)),
            ),
          ];
  return candidates.flatMap((candidate) => {
    const named = pathsIn(readJson(join(candidate, 'package.json'))).map((path) => join(candidate, path));
    return [candidate, ...named].flatMap((path) => [dirname(path), ...realDirectory(path)]);
  });
}

/** Where a directory, or that of a file, really lies. */
function realDirectory(path: string): string[] {
  const entry = lookThrough(path);
  if (entry === null) return [];
  const real = realpathSync(path);
  return [entry.kind === 'directory' ? real : dirname(real)];
}

/** All that `main`, `exports` and `imports` name in the package itself. */
export function pathsIn({ main, module, exports, imports }: Readonly<Record<string, unknown>>): string[] {
  const leaves = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
  return [
    ...[main, module].flatMap(leaves),
    ...[exports, imports].flatMap(leaves).filter((path) => path.startsWith('.')),
  ];
}

export function readJson(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return (value as Readonly<Record<string, unknown>> | null) ?? {};
  } catch {
    // The bundler says what is wrong with it.
    return {};
  }
}

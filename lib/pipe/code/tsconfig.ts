import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { ancestors } from './packages.ts';

/** What a `tsconfig.json`, with all that it extends, says about where imports lead. */
export interface TsConfig {
  /** Absolute paths of all files that have a say, there or not. */
  readonly files: readonly string[];
  /** Conditions for `exports` and `imports` of packages. */
  readonly conditions: readonly string[];
  /** Directory from which bare imports are looked for; null when there is none. */
  readonly baseUrl: string | null;
  /** Pattern → where it leads, absolute. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

type Found = Omit<TsConfig, 'files'>;

const nothing: Found = { conditions: [], baseUrl: null, paths: new Map() };

/** The nearest one above a directory. */
export function tsconfigFor(directory: string): TsConfig {
  const files: string[] = [];
  for (const above of ancestors(directory)) {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const file = join(above, name);
      if (isFile(file)) return { ...readChain(file, files), files };
      files.push(file);
    }
  }
  return { ...nothing, files };
}

/** What matches a bare import of `paths` or `baseUrl`, each without an extension perhaps; absolute. */
export function mappedCandidates({ baseUrl, paths }: TsConfig, specifier: string): string[] {
  const candidates = [...paths].flatMap(([pattern, targets]) => {
    const [before = '', after] = pattern.split('*');
    if (after === undefined) return pattern === specifier ? targets : [];
    if (specifier.length < before.length + after.length) return [];
    if (!specifier.startsWith(before) || !specifier.endsWith(after)) return [];
    const matched = specifier.slice(before.length, specifier.length - after.length);
    return targets.map((target) => target.replace('*', () => matched));
  });
  return baseUrl === null ? candidates : [...candidates, join(baseUrl, specifier)];
}

function readChain(file: string, files: string[]): Found {
  if (files.includes(file)) return nothing;
  files.push(file);
  const { extends: bases, compilerOptions } = readJsonc(file);
  const own = compilerOptions ?? {};
  const directory = dirname(file);
  const inherited = [bases ?? []]
    .flat()
    .filter((base) => typeof base === 'string')
    .map((base) => {
      const found = extended(directory, base, files);
      return found === null ? nothing : readChain(found, files);
    })
    .reduce(merged, nothing);
  const baseUrl = own.baseUrl === undefined ? null : resolve(directory, own.baseUrl);
  const written = Object.entries(own.paths ?? {}).filter(([, targets]) => Array.isArray(targets));
  const paths = written.map(
    ([pattern, targets]) =>
      [pattern, targets.map((target) => resolve(baseUrl ?? inherited.baseUrl ?? directory, target))] as const,
  );
  return merged(inherited, { conditions: own.customConditions ?? [], baseUrl, paths: new Map(paths) });
}

/** What stands in the later one counts, as a whole. */
function merged(before: Found, after: Found): Found {
  return {
    conditions: after.conditions.length > 0 ? after.conditions : before.conditions,
    baseUrl: after.baseUrl ?? before.baseUrl,
    paths: after.paths.size > 0 ? after.paths : before.paths,
  };
}

/** The file that `extends` means, from here or from a package; notes those that would come first. */
function extended(directory: string, base: string, files: string[]): string | null {
  const places =
    base.startsWith('.') || isAbsolute(base)
      ? [resolve(directory, base)]
      : ancestors(directory).map((above) => join(above, 'node_modules', base));
  for (const place of places) {
    for (const candidate of [place, `${place}.json`, join(place, 'tsconfig.json')]) {
      if (isFile(candidate)) return candidate;
      files.push(candidate);
    }
  }
  return null;
}

interface Written {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: null | {
    readonly baseUrl?: string;
    readonly paths?: Readonly<Record<string, readonly string[]>>;
    readonly customConditions?: readonly string[];
  };
}

/** JSON as TypeScript takes it: with comments, and commas behind the last item. What is none says nothing. */
function readJsonc(file: string): Written {
  const strings = /"(?:\\.|[^"\\])*"/.source;
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    const plain = text
      .replace(new RegExp(`(${strings})|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, 'g'), '$1')
      .replace(new RegExp(`(${strings})|,(?=\\s*[}\\]])`, 'g'), '$1');
    return (JSON.parse(plain) as Written | null) ?? {};
  } catch {
    // The bundler says what is wrong with it.
    return {};
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

import { realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { lstatSync, readFileSync } from '../store/disk.ts';
import { namesIn } from '../store/names-in.ts';
import { byCodeUnit } from '../store/tree.ts';

const FOLDER = `${sep}node_modules${sep}`;

/** What it needs, it needs to run a pipeline. */
const OWN_PACKAGE = 'pipewright';

/** A directory and those above it, the nearest first. */
export function ancestors(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...ancestors(above)];
}

/** `@scope/name` or `name` of a bare import. */
export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** A directory of packages, and a name that was looked for in it. */
export interface Lookup {
  readonly directory: string;
  readonly name: string;
}

/** Where Node finds a package, links followed; null when nowhere. Notes where it looked. */
export function findPackage(from: string, name: string, looked: Lookup[]): string | null {
  for (const above of ancestors(from)) {
    if (basename(above) === 'node_modules') continue;
    const place = join(above, 'node_modules', name);
    looked.push({ directory: dirname(place), name: basename(place) });
    try {
      return realpathSync(place);
    } catch {
      // Not here: the next one above.
    }
  }
  return null;
}

/** Whether a file really lies in a folder of installed packages; one that is reached by a link does not. */
export function isInstalled(path: string): boolean {
  return `${path}${sep}`.includes(FOLDER);
}

/** The installed package that a file belongs to. */
export function packageDirectory(file: string): string {
  const start = file.lastIndexOf(FOLDER) + FOLDER.length;
  return file.slice(0, start) + packageName(file.slice(start).split(sep).join('/'));
}

export interface Manifest {
  readonly version: string;
  /** What it needs to be installed beside it. Optional ones differ between machines, with the same versions. */
  readonly needs: readonly string[];
  readonly text: string;
}

/** What `package.json` in a directory says. */
export function readManifest(directory: string): Manifest {
  try {
    const text = readFileSync(join(directory, 'package.json'), 'utf8');
    const { name, version, dependencies, peerDependencies, optionalDependencies } = JSON.parse(text) as {
      readonly name?: string;
      readonly version?: string;
    } & Readonly<Record<`${'d' | 'peerD' | 'optionalD'}ependencies`, object | undefined>>;
    const optional = new Set(Object.keys(optionalDependencies ?? {}));
    const all = Object.keys({ ...dependencies, ...peerDependencies }).sort(byCodeUnit);
    const needs = all.filter(
      (need) => !optional.has(need) && !need.startsWith('@types/') && name !== OWN_PACKAGE,
    );
    return { version: version ?? 'unversioned', needs, text };
  } catch {
    return { version: 'unversioned', needs: [], text: '' };
  }
}

/** An installed package, and all that it loads in turn. */
export interface Closure {
  /** Absolute directories. */
  readonly directories: readonly string[];
  /** One of them is a link to sources, whose version says nothing about them. */
  readonly linked: boolean;
  readonly looked: readonly Lookup[];
}

export function closureOf(directory: string): Closure {
  const directories = new Set([directory]);
  const looked: Lookup[] = [];
  // A set is walked to what is added meanwhile.
  for (const each of directories) {
    for (const name of readManifest(each).needs) {
      const found = findPackage(each, name, looked);
      if (found !== null) directories.add(found);
    }
  }
  return {
    directories: [...directories],
    linked: [...directories].some((each) => !isInstalled(each)),
    looked,
  };
}

/** Versions by name; several of one package are listed. */
export function versionsOf(directories: Iterable<string>): Record<string, string> {
  const found = new Map<string, Set<string>>();
  for (const directory of directories) {
    const name = directory
      .slice(directory.lastIndexOf(FOLDER) + FOLDER.length)
      .split(sep)
      .join('/');
    const versions = found.get(name) ?? new Set();
    found.set(name, versions.add(readManifest(directory).version));
  }
  const sorted = [...found].sort(([a], [b]) => byCodeUnit(a, b));
  return Object.fromEntries(
    sorted.map(([name, versions]) => [name, [...versions].sort(byCodeUnit).join(', ')]),
  );
}

/** Where packages of a name are installed below a folder of packages: those that others bring along, too. */
export function copiesIn(folder: string): ReadonlyMap<string, readonly string[]> {
  const copies = new Map<string, string[]>();
  const note = (name: string, directory: string): void => {
    copies.set(name, [...(copies.get(name) ?? []), directory]);
    // What lies below a link is somebody else's, and may be itself.
    if (!isLink(directory)) visit(join(directory, 'node_modules'));
  };
  const visit = (packages: string): void => {
    for (const entry of namesIn(packages)) {
      const place = join(packages, entry);
      if (entry.startsWith('@'))
        for (const name of namesIn(place)) note(`${entry}/${name}`, join(place, name));
      // Where pnpm keeps them, a folder for each.
      else if (entry === '.pnpm') for (const each of namesIn(place)) visit(join(place, each, 'node_modules'));
      else if (!entry.startsWith('.')) note(entry, place);
    }
  };
  visit(folder);
  return copies;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

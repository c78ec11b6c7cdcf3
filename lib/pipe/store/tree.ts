import { digestOf, isDigest, type Digest } from '../digest.ts';
import { readdirSync } from './disk.ts';

/**
 * A directory's content: files by relative path (with `/`), in the order of its code units. A path that ends in `/`
 * is a directory with nothing in it.
 */
export type Tree = readonly TreeFile[];

export interface TreeFile {
  readonly path: string;
  readonly digest: Digest;
}

/** What stands for an empty directory. */
export const EMPTY = digestOf('');

export function inTreeOrder(tree: readonly TreeFile[]): Tree {
  return [...tree].sort((a, b) => byCodeUnit(a.path, b.path));
}

/** The canonical text of a tree. It is a blob like any other; its digest stands for the directory. */
export function encodeTree(tree: Tree): string {
  return JSON.stringify(tree.map(({ path, digest }) => [path, digest]));
}

export function treeDigest(tree: Tree): Digest {
  return digestOf(encodeTree(tree));
}

export function decodeTree(text: string): Tree | null {
  try {
    const pairs = JSON.parse(text) as unknown;
    if (!Array.isArray(pairs)) return null;
    const tree = pairs.map((pair: unknown) => {
      const [path, digest] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return typeof path === 'string' && typeof digest === 'string' && isDigest(digest)
        ? { path, digest }
        : null;
    });
    return tree.every((file) => file !== null) && isWell(tree) ? tree : null;
  } catch {
    return null;
  }
}

/** Whoever can write to a store could name any file of the machine: a listing stays below its directory, and says each once. */
function isWell(tree: Tree): boolean {
  return tree.every(({ path, digest }, index) => {
    const empty = path.endsWith('/');
    const parts = (empty ? path.slice(0, -1) : path).split('/');
    const inside = parts.every(
      (part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'),
    );
    return inside && (!empty || digest === EMPTY) && (index === 0 || tree[index - 1]!.path < path);
  });
}

/** Relative paths of all that is not a directory below one, in the order of code units. */
export function filesBelow(directory: string): readonly string[] {
  const found: string[] = [];
  const visit = (relative: string) => {
    for (const entry of readdirSync(`${directory}/${relative}`, { withFileTypes: true })) {
      const path = relative + entry.name;
      if (entry.isDirectory()) visit(`${path}/`);
      else found.push(path);
    }
  };
  visit('');
  return found.sort(byCodeUnit);
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

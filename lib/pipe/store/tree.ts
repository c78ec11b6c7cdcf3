import { readdirSync } from 'node:fs';
import { digestOf, isDigest, type Digest } from '../digest.ts';

/** A directory's content: files by relative path (with `/`), in the order of its code units. */
export type Tree = readonly TreeFile[];

export interface TreeFile {
  readonly path: string;
  readonly digest: Digest;
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
    return tree.includes(null) ? null : (tree as Tree);
  } catch {
    return null;
  }
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

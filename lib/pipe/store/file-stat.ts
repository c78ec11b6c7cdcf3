import { lstatSync, statSync, type BigIntStats } from 'node:fs';

/** What the file system says about a file without its bytes being read. Times in nanoseconds. */
export interface FileStat {
  readonly size: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
  readonly inode: bigint;
}

export type Entry =
  { readonly kind: 'file'; readonly stat: FileStat } | { readonly kind: 'directory' | 'link' | 'other' };

const bigint = { bigint: true, throwIfNoEntry: false } as const;

/** What lies at a path, links not followed; null when nothing does (or a part of the path is a file). */
export function look(path: string): Entry | null {
  return classify(() => lstatSync(path, bigint));
}

/** The same, links followed. */
export function lookThrough(path: string): Entry | null {
  return classify(() => statSync(path, bigint));
}

function classify(ask: () => BigIntStats | undefined): Entry | null {
  let found;
  try {
    found = ask();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  }
  if (found === undefined) return null;
  if (found.isFile()) return { kind: 'file', stat: statOf(found) };
  if (found.isDirectory()) return { kind: 'directory' };
  return { kind: found.isSymbolicLink() ? 'link' : 'other' };
}

function statOf(stats: BigIntStats): FileStat {
  return { size: stats.size, mtime: stats.mtimeNs, ctime: stats.ctimeNs, inode: stats.ino };
}

export function sameStat(a: FileStat, b: FileStat): boolean {
  return a.mtime === b.mtime && a.size === b.size && a.ctime === b.ctime && a.inode === b.inode;
}

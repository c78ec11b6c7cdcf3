import { type BigIntStats, lstatSync, statSync } from './disk.ts';

/** What tells whether a file may have been written to. Times in nanoseconds. */
export interface FileStamp {
  readonly size: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
  readonly inode: bigint;
}

/** What the file system says about a file without its bytes being read. */
export interface FileStat extends FileStamp {
  /** Names that the file has. */
  readonly links: bigint;
  /** Who may read, write and execute it. */
  readonly mode: number;
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
    const { code } = error as NodeJS.ErrnoException;
    // A link to itself leads nowhere.
    if (code === 'ENOTDIR' || code === 'ELOOP') return null;
    throw error;
  }
  if (found === undefined) return null;
  if (found.isFile()) return { kind: 'file', stat: statOf(found) };
  if (found.isDirectory()) return { kind: 'directory' };
  return { kind: found.isSymbolicLink() ? 'link' : 'other' };
}

function statOf(stats: BigIntStats): FileStat {
  const { size, mtimeNs: mtime, ctimeNs: ctime, ino: inode, nlink: links } = stats;
  return { size, mtime, ctime, inode, links, mode: Number(stats.mode & 0o777n) };
}

/** Whether a file differs by nothing but names that it was given or lost. */
export function sameButForNames(a: FileStat, b: FileStat): boolean {
  return a.links !== b.links && sameStat({ ...a, ctime: b.ctime }, b);
}

export function sameStat(a: FileStamp, b: FileStamp): boolean {
  return a.mtime === b.mtime && a.size === b.size && a.ctime === b.ctime && a.inode === b.inode;
}

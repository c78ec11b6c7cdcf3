import { isDigest, type Digest } from '../digest.ts';
import { closeSync, openSync, readFileSync, readSync, rmSync } from './disk.ts';
import { look, sameStat, type FileStat } from './file-stat.ts';
import { actionsPath, blobPath, blobsPath, type Layout } from './layout.ts';
import { namesIn } from './names-in.ts';
import { decodeTree } from './tree.ts';

export interface UnnamedFile {
  readonly path: string;
  readonly stat: FileStat;
}

/** A file of a store, and the digest under which it lies. */
export interface StoreFile extends UnnamedFile {
  readonly digest: Digest;
}

export interface Inventory {
  readonly blobs: readonly StoreFile[];
  readonly actions: readonly StoreFile[];
  /** Files that a process was killed over before it could give them their names. */
  readonly unnamed: readonly UnnamedFile[];
}

/** All files of a store. Those that come or go meanwhile may be in it or not. */
export function takeInventory(layout: Layout): Inventory {
  const unnamed: UnnamedFile[] = [];
  const named = (root: string) => {
    const files: StoreFile[] = [];
    for (const fan of namesIn(root)) {
      for (const name of namesIn(`${root}/${fan}`)) {
        const path = `${root}/${fan}/${name}`;
        const found = look(path);
        if (found?.kind !== 'file') continue;
        const digest = `sha256:${fan}${name}`;
        if (isDigest(digest)) files.push({ digest, path, stat: found.stat });
        else unnamed.push({ path, stat: found.stat });
      }
    }
    return files;
  };
  // Entries first: what those name that are listed is in the store by then, whatever a run adds meanwhile.
  const actions = named(actionsPath(layout));
  return { actions, blobs: named(blobsPath(layout)), unnamed };
}

/** Removes a file; false, and it stays, when it is no longer the one that was looked at: somebody just gave it anew. */
export function drop({ path, stat }: UnnamedFile): boolean {
  const now = look(path);
  if (now?.kind !== 'file' || !sameStat(now.stat, stat)) return false;
  rmSync(path, { force: true });
  return true;
}

/** Bytes of files together. */
export function sizeOf(files: readonly UnnamedFile[]): number {
  return files.reduce((sum, { stat }) => sum + Number(stat.size), 0);
}

/**
 * The files that a blob lists, if it reads like the listing of a directory: what is no listing and looks
 * like one only keeps more than it has to. Nothing here looks whether the bytes are right.
 */
export function membersOf(layout: Layout, digest: Digest): readonly Digest[] {
  const path = blobPath(layout, digest);
  if (!beginsLikeTree(path)) return [];
  return decodeTree(readFileSync(path, 'utf8'))?.map((file) => file.digest) ?? [];
}

const treeStart = Buffer.from('[["');

function beginsLikeTree(path: string): boolean {
  let handle;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const start = Buffer.alloc(treeStart.length);
    return readSync(handle, start, 0, start.length, 0) === start.length && start.equals(treeStart);
  } finally {
    closeSync(handle);
  }
}

import { dirname } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { isElsewhere, syncPath, temporaryName, withDirectory, writeAtomically } from './atomic.ts';
import {
  chmodSync,
  constants,
  copyFile,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from './disk.ts';
import { look, sameStat, type FileStamp, type FileStat } from './file-stat.ts';
import { hashFile } from './hash-file.ts';
import { blobPath, type Layout } from './layout.ts';
import type { StatCache } from './stat-cache.ts';
import { decodeTree, EMPTY, encodeTree, type Tree } from './tree.ts';

/**
 * The content store: bytes by digest. A blob appears whole, by a rename, and is read-only from then on.
 * It is served only when its bytes are known to match: hashed now, or unchanged by its stats since.
 */
export class BlobStore {
  readonly #layout: Layout;
  readonly #stats: StatCache;

  constructor(layout: Layout, stats: StatCache) {
    this.#layout = layout;
    this.#stats = stats;
  }

  path(digest: Digest): string {
    return blobPath(this.#layout, digest);
  }

  /** Whether the blob is there with the right bytes. */
  intact(digest: Digest): boolean {
    const path = this.path(digest);
    const found = look(path);
    if (found?.kind !== 'file') return false;
    const known = this.#stats.find(digest, found.stat);
    if (known !== null) return known === digest;
    const hashedAt = Date.now();
    const actual = hashIfReadable(path);
    if (actual !== null) this.#stats.keep(digest, found.stat, actual, hashedAt);
    return actual === digest;
  }

  /** Whether a directory's listing and all its files are there with the right bytes. */
  intactTree(digest: Digest): boolean {
    return this.tree(digest)?.every((file) => this.intact(file.digest)) ?? false;
  }

  /** Whether all bytes of an output are there. */
  holds({ directory }: { readonly directory: boolean }, digest: Digest): boolean {
    return directory ? this.intactTree(digest) : this.intact(digest);
  }

  /** A directory's listing; null when it is missing or damaged. */
  tree(digest: Digest): Tree | null {
    return this.intact(digest) ? decodeTree(readFileSync(this.path(digest), 'utf8')) : null;
  }

  /** Moves a file of the same file system into the store and returns its digest. */
  adopt(file: string, durable: boolean): Digest {
    const sealed = sealFile(file);
    const digest = hashFile(file);
    if (durable) syncPath(file);
    this.moveIn(sealed, digest, durable);
    return digest;
  }

  /**
   * Moves a file that was sealed, and has this digest since, into the store. It takes the place of an equal
   * blob, so that the times of the file system tell that this one was of use now.
   */
  moveIn({ path: file, stat, sealedAt }: SealedFile, digest: Digest, durable: boolean): void {
    const path = this.path(digest);
    const before = look(path);
    // Whoever needs to execute these bytes still can.
    if (before?.kind === 'file' && (before.stat.mode & ~stat.mode & 0o111) !== 0) {
      chmodSync(file, stat.mode | (before.stat.mode & 0o111));
    }
    const rename = () => {
      renameSync(file, path);
    };
    try {
      withDirectory(dirname(path), rename, durable);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      this.#copyIn(file, path, durable);
      // The times are those of the copy: it is hashed when it is first asked for.
      return;
    }
    if (durable) syncPath(dirname(path));
    const moved = look(path);
    if (moved?.kind !== 'file' || stat.mtime !== moved.stat.mtime || stat.size !== moved.stat.size) return;
    this.#stats.keep(digest, moved.stat, digest, sealedAt);
  }

  /** Where tasks write on another file system than the store's, as links may lead there. */
  #copyIn(file: string, path: string, durable: boolean): void {
    const temporary = temporaryName(path);
    try {
      const copy = () => {
        copyFileSync(file, temporary);
      };
      withDirectory(dirname(path), copy, durable);
      sealFile(temporary);
      if (durable) syncPath(temporary);
      renameSync(temporary, path);
      if (durable) syncPath(dirname(path));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Takes a digest over from who has hashed these bytes, as long as the file still lies as it did then. */
  takeOver(digest: Digest, stamp: FileStamp, hashedAt: number): void {
    const found = look(this.path(digest));
    if (found?.kind === 'file' && sameStat(found.stat, stamp))
      this.#stats.keep(digest, found.stat, digest, hashedAt);
  }

  addTree(tree: Tree, durable: boolean): Digest {
    if (tree.some(({ path }) => path.endsWith('/')) && !this.intact(EMPTY)) {
      writeAtomically(this.path(EMPTY), '', durable);
      chmodSync(this.path(EMPTY), 0o444);
    }
    const text = encodeTree(tree);
    const digest = digestOf(text);
    const path = this.path(digest);
    writeAtomically(path, text, durable);
    chmodSync(path, 0o444);
    return digest;
  }

  /** Puts back a blob's bytes from a copy of them elsewhere; false when that is not what the copy holds. */
  mend(digest: Digest, copy: string): boolean {
    const path = this.path(digest);
    const temporary = temporaryName(path);
    try {
      withDirectory(dirname(path), () => {
        copyFileSync(copy, temporary, constants.COPYFILE_FICLONE);
      });
      return this.adopt(temporary, false) === digest;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return false;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Who may do what with a copy of a blob: what the task that made it allowed, and its owner may write to it. */
  modeOf(digest: Digest): number {
    const found = look(this.path(digest));
    return found?.kind === 'file' ? found.stat.mode | 0o200 : 0o644;
  }

  /** Copies an intact blob to a new, writable file, sharing the bytes where the file system can; a large one aside. */
  async copyOut(digest: Digest, target: string): Promise<void> {
    const path = this.path(digest);
    const found = look(path);
    const mode = this.modeOf(digest);
    if (found?.kind === 'file' && found.stat.size <= smallFile) {
      writeFileSync(target, readFileSync(path), { mode });
    } else {
      await copyFile(path, target, constants.COPYFILE_FICLONE);
      chmodSync(target, mode);
    }
    age(target, Date.now());
    // Something that outlives its task may still write to what was its output.
    if (!this.intact(digest)) throw goneWhileCopied(path);
  }
}

/** A file that is about to become a blob. */
export interface SealedFile {
  readonly path: string;
  readonly stat: FileStat;
  /** Milliseconds since the epoch. */
  readonly sealedAt: number;
}

/** As the file system would say it: such a blob counts as missing. */
function goneWhileCopied(path: string): NodeJS.ErrnoException {
  const message = `ENOENT: its bytes changed while they were copied, open '${path}'`;
  return Object.assign(new Error(message), { code: 'ENOENT', syscall: 'open', path });
}

/** Null for a file of somebody else's that may not be read. */
function hashIfReadable(path: string): Digest | null {
  try {
    return hashFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return null;
    throw error;
  }
}

/**
 * Makes a file read-only, for those who may read or execute it, and ages it: whoever writes to it later, even
 * within the same tick of the clock, changes its stats.
 */
export function sealFile(path: string): SealedFile {
  const { mode } = statSync(path);
  chmodSync(path, (mode & 0o555) | 0o400);
  const sealedAt = Date.now();
  age(path, sealedAt);
  const found = look(path);
  if (found?.kind === 'file') return { path, stat: found.stat, sealedAt };
  throw Object.assign(new Error(`${path} is gone`), { code: 'ENOENT', syscall: 'lstat', path });
}

/** Bytes below which asking the file system to share them takes longer than copying them. */
const smallFile = 65_536n;

/** Sets the time of modification back, further than any file system's times lie apart: the next write changes it. */
function age(file: string, now: number): void {
  const seconds = now / 1000 - 2;
  utimesSync(file, seconds, seconds);
}

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectory, removeTree } from '../store/atomic.ts';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from '../store/disk.ts';
import { jobsPath, type Layout } from '../store/layout.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import { tryLock } from '../store/project-lock.ts';
import { linesFile, logFile, TASKS_FILE } from './protocol.ts';
import type { Folders } from './world.ts';

/** Milliseconds after which a lock of another host, which is held for moments, counts as left behind. */
const abandoned = 60_000;
/** Bytes of a log that are looked at. */
const tailBytes = 4096;

/** The folders of batches on a disk, which other hosts may see, too. */
export class RealFolders implements Folders {
  readonly #root: string;
  readonly #me: ProcessIdentity;

  constructor(layout: Layout, me: ProcessIdentity) {
    this.#root = jobsPath(layout);
    this.#me = me;
  }

  path(batch: string): string {
    return join(this.#root, batch);
  }

  names(): readonly string[] {
    return listed(this.#root).filter((name) => /^\d{8}T\d{6}-\w+$/.test(name));
  }

  create(batch: string, text: string): void {
    makeDirectory(this.#root);
    // It may hold values of variables, some of them secrets.
    const made = `${this.path(batch)}.new`;
    mkdirSync(made, { mode: 0o700 });
    writeFileSync(join(made, TASKS_FILE), text);
    renameSync(made, this.path(batch));
  }

  append(batch: string, text: string): void {
    appendFileSync(join(this.path(batch), TASKS_FILE), text);
  }

  read(batch: string): string | null {
    return orNull(() => readFileSync(join(this.path(batch), TASKS_FILE), 'utf8'));
  }

  sizes(batch: string, elements: readonly number[]): ReadonlyMap<number, number> {
    // Asking for the names has a file system that others write to look again.
    const there = new Set(listed(this.path(batch)));
    const pairs = elements
      .filter((element) => there.has(linesFile(element)))
      .map((element) => [element, sizeOf(join(this.path(batch), linesFile(element)))] as const);
    return new Map(pairs);
  }

  lines(
    batch: string,
    element: number,
    from: number,
  ): { readonly lines: readonly string[]; readonly to: number } {
    const bytes = bytesFrom(join(this.path(batch), linesFile(element)), from);
    const end = bytes.lastIndexOf(10) + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    return { lines, to: from + end };
  }

  settled(): boolean {
    return true;
  }

  logTail(batch: string, element: number): readonly string[] {
    const file = join(this.path(batch), logFile(element));
    const size = sizeOf(file);
    const text = bytesFrom(file, Math.max(0, size - tailBytes)).toString('utf8');
    return text.split('\n').filter(Boolean).slice(-20);
  }

  revoke(batch: string, element: number, at: number): boolean {
    return claimElement(this.path(batch), element, `${JSON.stringify({ t: 'revoked', at })}\n`);
  }

  remove(batch: string): void {
    removeTree(this.path(batch));
  }

  async exclusively<T>(work: () => T): Promise<T> {
    makeDirectory(this.#root);
    const file = join(this.#root, 'lock');
    for (const since = Date.now(); ;) {
      const lock = tryLock(file, this.#me);
      if (lock.type === 'held') {
        try {
          return work();
        } finally {
          lock.release();
        }
      }
      if (lock.type === 'foreign' && Date.now() - since > abandoned) return work();
      await sleep(30 + 40 * Math.random());
    }
  }
}

/** Makes the file of an element's lines, for the one who comes first; false when it is there, or the folder is not. */
export function claimElement(folder: string, element: number, text: string): boolean {
  let file: number;
  try {
    file = openSync(join(folder, linesFile(element)), 'wx');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  return true;
}

function listed(path: string): readonly string[] {
  return orNull(() => readdirSync(path)) ?? [];
}

function sizeOf(file: string): number {
  return orNull(() => statSync(file).size) ?? 0;
}

function bytesFrom(file: string, from: number): Buffer {
  const handle = orNull(() => openSync(file, 'r'));
  if (handle === null) return Buffer.alloc(0);
  try {
    const bytes = Buffer.alloc(Math.max(0, sizeOf(file) - from));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from));
  } finally {
    closeSync(handle);
  }
}

/** Null where there is no such file (any more), which on a shared disk may be so at any time. */
function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESTALE' || code === 'ENOTDIR') return null;
    throw error;
  }
}

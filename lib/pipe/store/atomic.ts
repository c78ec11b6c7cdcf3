import { dirname } from 'node:path';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  open,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from './disk.ts';

let counter = 0;

/** A name in the same directory that no other process or earlier call uses. */
export function temporaryName(path: string): string {
  counter += 1;
  return `${path}.${process.pid}.${Date.now().toString(36)}.${counter}.tmp`;
}

/** The file of a name that a temporary one was to become; null of any other name. */
export function temporaryOf(name: string): string | null {
  return /^(.*)\.\d+\.[0-9a-z]+\.\d+\.tmp$/.exec(name)?.[1] ?? null;
}

/**
 * The file has its old content or the new one, whatever happens meanwhile. `durable` waits until the bytes
 * are on the disk: worth it where losing them to a power cut would cost more than the wait.
 */
export function writeAtomically(path: string, content: string | Uint8Array, durable: boolean): void {
  const temporary = temporaryName(path);
  try {
    const write = () => {
      if (durable) writeThrough(temporary, content);
      else writeFileSync(temporary, content);
    };
    withDirectory(dirname(path), write, durable);
    renameSync(temporary, path);
    if (durable) syncPath(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Does it; when the directory is missing, makes the directory (`durable`: on the disk, too) and does it again. */
export function withDirectory(directory: string, work: () => void, durable = false): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeDirectory(directory, durable);
    work();
  }
}

/**
 * Makes a directory, and those above it, unless it is there. Not by `recursive`, which says `ENOENT` of a
 * file system that is read-only or full. `durable` waits until new ones have their names on the disk.
 */
export function makeDirectory(path: string, durable = false): void {
  try {
    if (!makeOne(path)) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectory(dirname(path), durable);
    // Once more only: some places (/proc) have a parent and take no entry.
    makeOne(path);
  }
  if (durable) syncPath(dirname(path));
}

/** False where it is there: another process may be faster at any time. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!there || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    return false;
  }
}

/** Whether a name could not be given because it is one of another file system, as behind a link or a mount. */
export function isElsewhere(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EXDEV';
}

/** For what only saves time: where it cannot be written, it is found out again. */
export function ifPossible(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Waits until a file's bytes, or a directory's names, are on the disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The same without holding up anything else meanwhile: the bytes of a large file take their time. */
export async function syncAside(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function writeThrough(path: string, content: string | Uint8Array): void {
  const handle = openSync(path, 'w');
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * For leftovers: what cannot be removed is in nobody's way. Directories in it that were made read-only, as some
 * programs do, are made writable on the way.
 */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    ifPossible(() => {
      makeWritable(path);
      rmSync(path, { recursive: true, force: true });
    });
  }
}

function makeWritable(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(`${directory}/${entry.name}`);
  }
}

/** For leftovers: what cannot be removed is in nobody's way. */
export function removeIfPossible(path: string): void {
  ifPossible(() => {
    rmSync(path, { recursive: true, force: true });
  });
}

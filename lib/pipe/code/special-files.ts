import { join } from 'node:path';
import { readdirSync } from '../store/disk.ts';
import { lookThrough } from '../store/file-stat.ts';

/** Whether there is a pipe, a socket or a device, links followed. */
export function isSpecial(path: string): boolean {
  return lookThrough(path)?.kind === 'other';
}

/** Names under which Node looks for what it loads: with one of its extensions, or without any. */
const LOADED = /^[^.]+$|\.(?:[cm]?js|json|node|wasm)$/;

/**
 * The first file of an installed package that Node would wait for when it loads it: which of its files it loads, nobody
 * says. Packages within are packages of their own. A socket under another name, left there by a program, is no matter.
 */
export function specialInPackage(directory: string): string | null {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      const within = entry.name === 'node_modules' ? null : specialInPackage(path);
      if (within !== null) return within;
    } else if (!entry.isFile() && LOADED.test(entry.name) && isSpecial(path)) return path;
  }
  return null;
}

/** What may not be listed is left to Node, which says so. */
function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}

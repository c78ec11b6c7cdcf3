import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Functions of `node:fs` (alone, with `Sync`, as promises) that show what lies at their first argument. */
const readers = ['readFile', 'readdir', 'opendir', 'copyFile', 'cp'];
/** Those that make what lies at the argument of this position; streams and the rest go through `open`. */
const writers = [
  ['writeFile', 0],
  ['copyFile', 1],
  ['cp', 1],
  ['rename', 1],
] as const;

/**
 * Notes which files the code of this process opens to read. What code reads by other means (native
 * libraries, programs it starts, threads) is not seen.
 */
export class ReadWatch {
  #opened: Set<string> | null = null;
  readonly #made = new Set<string>();

  /** Puts itself before the functions of `node:fs`, for code that is loaded from now on. */
  constructor() {
    const reads = (path: unknown) => {
      this.#note(path);
    };
    const makes = (path: unknown) => {
      const name = absolute(path);
      if (name !== null && this.#opened !== null) this.#made.add(name);
    };
    const opens = (path: unknown, flags: unknown) => {
      const use = useOf(flags);
      if (use === 'make') makes(path);
      else if (use === 'read') reads(path);
    };
    for (const [owner, suffixes] of [
      [fs, ['', 'Sync']],
      [fs.promises, ['']],
    ] as const) {
      for (const suffix of suffixes) {
        for (const name of readers) precede(owner, name + suffix, reads);
        precede(owner, `open${suffix}`, opens);
        for (const [name, position] of writers) {
          precede(owner, name + suffix, (...given) => {
            makes(given[position]);
          });
        }
      }
    }
    syncBuiltinESMExports();
  }

  /** Absolute paths of what was opened while the work went on, other than what it had made itself. */
  async during(work: () => Promise<void>): Promise<readonly string[]> {
    const opened = new Set<string>();
    this.#opened = opened;
    try {
      await work();
    } finally {
      this.#opened = null;
      this.#made.clear();
    }
    return [...opened];
  }

  #note(path: unknown): void {
    if (this.#opened === null) return;
    const name = absolute(path);
    if (name !== null && !this.#made.has(name)) this.#opened.add(name);
  }
}

/** Null for what is no path: the number of an open file. */
function absolute(path: unknown): string | null {
  if (typeof path === 'string') return resolve(path);
  if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : null;
  return Buffer.isBuffer(path) ? resolve(path.toString()) : null;
}

/** What opening with these flags is for; a function in their place is the callback of a plain `open`. */
function useOf(flags: unknown): 'read' | 'make' | 'add' {
  const { O_TRUNC, O_EXCL, O_WRONLY } = fs.constants;
  if (typeof flags === 'number') {
    if ((flags & (O_TRUNC | O_EXCL)) !== 0) return 'make';
    return (flags & O_WRONLY) === 0 ? 'read' : 'add';
  }
  if (typeof flags !== 'string' || flags.startsWith('r')) return 'read';
  return flags.startsWith('a') ? 'add' : 'make';
}

function precede(owner: object, name: string, note: (...given: readonly unknown[]) => void): void {
  const original = Reflect.get(owner, name) as (...given: unknown[]) => unknown;
  const noting = function (this: unknown, ...given: unknown[]): unknown {
    note(...given);
    return Reflect.apply(original, this, given);
  };
  // Its name and length, and for some what `promisify` makes of it.
  Object.defineProperties(noting, Object.getOwnPropertyDescriptors(original));
  Reflect.set(owner, name, noting);
}

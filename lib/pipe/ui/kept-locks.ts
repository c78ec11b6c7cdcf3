import { basename, dirname } from 'node:path';
import { keptLock, keptLockPath } from '../run/kept-lock.ts';
import type { Lock } from '../store/lock.ts';
import { stampOf } from './pipelines.ts';

/** Runs whose locks stay unpacked: one is looked at, another compared with it. */
const KEPT = 2;

/** Locks that runs left, unpacked once for all the tasks that are looked at. */
export class KeptLocks {
  readonly #read: (directory: string) => Lock | null;
  readonly #known = new Map<string, { readonly stamp: string; readonly lock: Lock | null }>();

  constructor(read: (directory: string) => Lock | null = keptLock) {
    this.#read = read;
  }

  /** Null where a run left none, or has not yet. */
  of(directory: string): Lock | null {
    const path = keptLockPath(directory);
    const stamp = stampOf(dirname(path), [basename(path)]);
    const known = this.#known.get(directory);
    if (known?.stamp === stamp) return known.lock;
    this.#known.delete(directory);
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    const lock = this.#read(directory);
    this.#known.set(directory, { stamp, lock });
    return lock;
  }
}

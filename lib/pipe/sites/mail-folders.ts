import { newKey } from './mail.ts';
import type { Mirror } from './mirror.ts';
import type { RealFolders } from './real-folders.ts';
import type { Folders } from './world.ts';

const keyLine = /^\{"key":"([\w-]+)"\}\n/m;

/** The folders of batches whose jobs do not see them: what these say comes by messages. */
export class MailFolders implements Folders {
  readonly #real: RealFolders;
  readonly #mirror: Mirror;
  readonly #keys = new Map<string, string | null>();

  constructor(real: RealFolders, mirror: Mirror) {
    this.#real = real;
    this.#mirror = mirror;
  }

  names(): readonly string[] {
    return this.#real.names();
  }

  create(batch: string, text: string): void {
    const key = newKey();
    this.#real.create(batch, `${text}${JSON.stringify({ key })}\n`);
    this.#keys.set(batch, key);
  }

  append(batch: string, text: string): void {
    this.#real.append(batch, text);
  }

  read(batch: string): string | null {
    return this.#real.read(batch);
  }

  sizes(batch: string, elements: readonly number[]): ReadonlyMap<number, number> {
    const key = this.keyOf(batch);
    if (key !== null) for (const element of elements) this.#mirror.watch(batch, element, key);
    return this.#real.sizes(batch, elements);
  }

  lines(...which: Parameters<Folders['lines']>): ReturnType<Folders['lines']> {
    return this.#real.lines(...which);
  }

  settled(batch: string, element: number, since: number): boolean {
    return this.keyOf(batch) === null || this.#mirror.settled(batch, element, since);
  }

  logTail(batch: string, element: number): readonly string[] {
    if (this.keyOf(batch) === null) return this.#real.logTail(batch, element);
    return [`what it printed may lie on its node, in ${logThere(batch, String(element))}`];
  }

  revoke(batch: string, element: number, at: number): boolean {
    const key = this.keyOf(batch);
    return key === null ? this.#real.revoke(batch, element, at) : this.#mirror.revoke(batch, element, key);
  }

  remove(batch: string): void {
    this.#real.remove(batch);
  }

  async exclusively<T>(work: () => T): Promise<T> {
    return await this.#real.exclusively(work);
  }

  /** Null for a batch whose jobs share files with its driver. */
  keyOf(batch: string): string | null {
    const known = this.#keys.get(batch);
    if (known !== undefined) return known;
    const text = this.#real.read(batch);
    if (text === null) return null;
    const key = keyLine.exec(text)?.[1] ?? null;
    this.#keys.set(batch, key);
    return key;
  }

  /** What its jobs are told. */
  textOf(batch: string): string {
    return (this.#real.read(batch) ?? '').replace(keyLine, '');
  }
}

/** Where the engine writes what a job prints, on its node; the job removes it when all went well. */
export function logThere(batch: string, element: string): string {
  return `/tmp/pipe-${batch}-${element}.log`;
}

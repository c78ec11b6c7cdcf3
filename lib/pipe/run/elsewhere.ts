import { join } from 'node:path';
import { isDigest, type Digest } from '../digest.ts';
import { ifPossible } from '../store/atomic.ts';
import type { Layout } from '../store/layout.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';

const format = 'pipe elsewhere 1';

/**
 * Outputs whose bytes were left at the remote cache, because nothing here read them. Their tasks are up to date without
 * a file in `artifacts/`. Without this note they are looked for again.
 */
export class Elsewhere {
  readonly #file: string;
  #digests: Set<Digest> | null = null;
  /** What this run changed: others, which go on side by side, have changes of their own. */
  readonly #changes = new Map<Digest, boolean>();

  constructor({ local }: Layout) {
    this.#file = join(local, 'elsewhere');
  }

  has(digest: Digest): boolean {
    return this.#all().has(digest);
  }

  add(digest: Digest): void {
    if (this.#all().has(digest)) return;
    this.#all().add(digest);
    this.#changes.set(digest, true);
  }

  /** It lies here by now. */
  delete(digest: Digest): void {
    if (this.#all().delete(digest)) this.#changes.set(digest, false);
  }

  save(): void {
    if (this.#changes.size === 0) return;
    const digests = new Set(read(this.#file));
    for (const [digest, there] of this.#changes) {
      if (there) digests.add(digest);
      else digests.delete(digest);
    }
    ifPossible(() => {
      writeSealed(this.#file, { format, digests: [...digests].sort() });
    });
    this.#changes.clear();
  }

  #all(): Set<Digest> {
    this.#digests ??= new Set(read(this.#file));
    return this.#digests;
  }
}

function read(file: string): Digest[] {
  const note = readSealed(file) as { readonly format?: unknown; readonly digests?: unknown } | null;
  if (note?.format !== format || !Array.isArray(note.digests)) return [];
  return note.digests.filter((digest): digest is Digest => typeof digest === 'string' && isDigest(digest));
}

import type { Digest } from '../digest.ts';
import { sameButForNames, sameStat, type FileStat } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import type { StatCache } from '../store/stat-cache.ts';
import { EMPTY, treeDigest, type Tree, type TreeFile } from '../store/tree.ts';
import { FileLooks, type Look } from './file-looks.ts';
import type { HashPool } from './hash-pool.ts';

/** How files and listings lay at one moment. */
export interface Mark {
  readonly files: readonly {
    readonly name: string;
    readonly look: Look;
    readonly digest: Digest | null;
  }[];
  readonly listings: readonly { readonly name: string; readonly files: readonly string[] | null }[];
}

/**
 * Digests of files at one moment: each is looked at once. What the stat cache does not know is hashed at
 * once when it is small, and together in other threads when `expect`ed beforehand.
 */
export class FileDigests {
  readonly looks: FileLooks;
  readonly #cache: StatCache;
  readonly #seen = new Map<string, Digest | null>();
  readonly #expected = new Map<string, FileStat>();
  #settled = true;

  constructor(project: string, cache: StatCache) {
    this.looks = new FileLooks(project);
    this.#cache = cache;
  }

  /** Whether all that was asked was known by its stats, so that nothing had to be read. */
  get settled(): boolean {
    return this.#settled;
  }

  absolute(name: string): string {
    return this.looks.absolute(name);
  }

  look(name: string): Look {
    return this.looks.look(name);
  }

  /** The digest of a file, links followed; null when there is no file. */
  digest(name: string): Digest | null {
    const seen = this.#seen.get(name);
    if (seen !== undefined) return seen;
    const found = this.#lookUp(name);
    if (found === null || typeof found === 'string') return found;
    const hashedAt = Date.now();
    return this.#keep(name, found, hashFile(this.absolute(name)), hashedAt);
  }

  /** The digest of a directory's listing; null when there is no directory. */
  treeDigest(name: string): Digest | null {
    const tree = this.tree(name);
    return tree === null ? null : treeDigest(tree);
  }

  /** A directory's listing; null when there is no directory. */
  tree(name: string): Tree | null {
    const tree = this.looks
      .listing(name)
      ?.map((path) => ({ path, digest: path.endsWith('/') ? EMPTY : this.digest(`${name}/${path}`) }));
    return tree?.every((file): file is TreeFile => file.digest !== null) === true ? tree : null;
  }

  /**
   * Announces that a file will be asked for, so that unknown ones can be hashed together. True when its
   * digest is known already.
   */
  expect(name: string): boolean {
    if (this.#seen.has(name)) return true;
    const found = this.#lookUp(name);
    const known = found === null || typeof found === 'string';
    if (!known) this.#expected.set(name, found);
    return known;
  }

  expectTree(name: string): void {
    for (const path of this.#filesIn(name)) this.expect(path);
  }

  /** Hashes what was announced and is not known. */
  async hashExpected(pool: HashPool, signal?: AbortSignal): Promise<void> {
    const files = [...this.#expected].map(([name, stat]) => ({ name, stat, path: this.absolute(name) }));
    this.#expected.clear();
    const hashedAt = Date.now();
    await pool.hash(files, ({ name, stat }, digest) => this.#keep(name, stat, digest, hashedAt), { signal });
  }

  /** How files lie, to be asked later whether they still do. */
  mark(names: readonly string[], listed: readonly string[] = []): Mark {
    return {
      files: names.map((name) => ({ name, look: this.look(name), digest: this.digest(name) })),
      listings: listed.map((name) => ({ name, files: this.looks.listing(name) })),
    };
  }

  /** The same of a directory and all files in it. */
  markTree(name: string): Mark {
    return this.mark(this.#filesIn(name), [name]);
  }

  /**
   * Paths that no longer lie as they were marked, as far as the file system tells: one that was written and put
   * back is among them. From now on they are looked at anew.
   */
  moved({ files, listings }: Mark): string[] {
    const moved = files.filter((file) => !this.#stands(file)).map(({ name }) => name);
    for (const name of moved) this.forget(name);
    for (const { name, files } of listings) {
      if (JSON.stringify(this.looks.listingAgain(name)) === JSON.stringify(files)) continue;
      this.forget(name);
      moved.push(`${name}/`);
    }
    return moved;
  }

  #filesIn(name: string): string[] {
    const paths = this.looks.listing(name) ?? [];
    return paths.filter((path) => !path.endsWith('/')).map((path) => `${name}/${path}`);
  }

  #stands({ name, look: before, digest }: Mark['files'][number]): boolean {
    const now = this.looks.again(name);
    if (before.linked !== now.linked) return false;
    if (before.entry?.kind !== 'file' || now.entry?.kind !== 'file') {
      return before.entry?.kind === now.entry?.kind;
    }
    const same = sameStat(before.entry.stat, now.entry.stat);
    if (same && this.#cache.find(name, now.entry.stat) === digest) return true;
    // Equal times prove nothing when the file was hashed within a tick of its last change.
    if (!same && !sameButForNames(before.entry.stat, now.entry.stat)) return false;
    return hashFile(this.absolute(name)) === digest;
  }

  /** Looks again when next asked. */
  forget(name: string): void {
    this.#expected.delete(name);
    this.#seen.delete(name);
    this.looks.forget(name);
    this.#settled = false;
  }

  #lookUp(name: string): Digest | null | FileStat {
    const found = this.look(name).entry;
    const known = found?.kind === 'file' ? this.#cache.find(name, found.stat) : null;
    if (found?.kind === 'file' && known === null) return found.stat;
    this.#seen.set(name, known);
    return known;
  }

  #keep(name: string, stat: FileStat, digest: Digest, hashedAt: number): Digest {
    this.#settled = false;
    this.#seen.set(name, digest);
    this.#cache.keep(name, stat, digest, hashedAt);
    return digest;
  }
}

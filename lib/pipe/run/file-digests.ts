import { isAbsolute, join } from 'node:path';
import type { Digest } from '../digest.ts';
import { look, lookThrough, type Entry, type FileStat } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import type { StatCache } from '../store/stat-cache.ts';
import { filesBelow, treeDigest, type Tree, type TreeFile } from '../store/tree.ts';
import type { HashPool } from './hash-pool.ts';

export interface Look {
  readonly entry: Entry | null;
  readonly linked: boolean;
}

/**
 * Digests of files at one moment: each is looked at once. What the stat cache does not know is hashed at
 * once when it is small, and together in other threads when `expect`ed beforehand.
 */
export class FileDigests {
  readonly #project: string;
  readonly #cache: StatCache;
  readonly #seen = new Map<string, Digest | null>();
  readonly #expected = new Map<string, FileStat>();
  readonly #looks = new Map<string, Look>();

  constructor(project: string, cache: StatCache) {
    this.#project = project;
    this.#cache = cache;
  }

  /** Absolute path of a project-relative (or absolute) one. */
  absolute(name: string): string {
    return isAbsolute(name) ? name : `${this.#project}/${name}`;
  }

  /** What lies at a path: what a link leads to, and whether there was one. */
  look(name: string): Look {
    let seen = this.#looks.get(name);
    if (seen === undefined) {
      const absolute = this.absolute(name);
      const found = look(absolute);
      const linked = found?.kind === 'link';
      seen = { entry: linked ? lookThrough(absolute) : found, linked };
      this.#looks.set(name, seen);
    }
    return seen;
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
    const tree = this.#filesBelow(name)?.map((path) => ({ path, digest: this.digest(`${name}/${path}`) }));
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
    for (const path of this.#filesBelow(name) ?? []) this.expect(`${name}/${path}`);
  }

  /** Hashes what was announced and is not known. */
  async hashExpected(pool: HashPool, signal?: AbortSignal): Promise<void> {
    const files = [...this.#expected].map(([name, stat]) => ({ name, stat, path: this.absolute(name) }));
    this.#expected.clear();
    const hashedAt = Date.now();
    await pool.hash(files, ({ name, stat }, digest) => this.#keep(name, stat, digest, hashedAt), { signal });
  }

  /** Looks again when next asked. */
  forget(name: string): void {
    this.#expected.delete(name);
    this.#seen.delete(name);
    this.#looks.delete(name);
  }

  #lookUp(name: string): Digest | null | FileStat {
    const found = this.look(name).entry;
    const known = found?.kind === 'file' ? this.#cache.find(name, found.stat) : null;
    if (found?.kind === 'file' && known === null) return found.stat;
    this.#seen.set(name, known);
    return known;
  }

  #keep(name: string, stat: FileStat, digest: Digest, hashedAt: number): Digest {
    this.#seen.set(name, digest);
    this.#cache.keep(name, stat, digest, hashedAt);
    return digest;
  }

  #filesBelow(name: string): readonly string[] | null {
    try {
      return filesBelow(join(this.#project, name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }
}

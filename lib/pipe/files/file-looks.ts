import { isAbsolute } from 'node:path';
import { look, lookThrough, type Entry } from '../store/file-stat.ts';
import { filesBelow } from '../store/tree.ts';

export interface Look {
  readonly entry: Entry | null;
  readonly linked: boolean;
}

/** How files and directories lie at one moment: each is looked at once, and remembered. */
export class FileLooks {
  readonly #project: string;
  readonly #looks = new Map<string, Look>();
  readonly #listings = new Map<string, readonly string[] | null>();

  constructor(project: string) {
    this.#project = project;
  }

  /** All names that were looked at, and all directories that were listed. */
  get seen(): { readonly looks: Iterable<string>; readonly listings: Iterable<string> } {
    return { looks: this.#looks.keys(), listings: this.#listings.keys() };
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

  /** Relative paths of all that is not a directory below one; null when there is no directory. */
  listing(name: string): readonly string[] | null {
    let listing = this.#listings.get(name);
    if (listing === undefined) {
      listing = this.#list(name);
      this.#listings.set(name, listing);
    }
    return listing;
  }

  /** Looks again when next asked. */
  forget(name: string): void {
    this.#looks.delete(name);
    this.#listings.clear();
  }

  #list(name: string): readonly string[] | null {
    try {
      return filesBelow(this.absolute(name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }
}

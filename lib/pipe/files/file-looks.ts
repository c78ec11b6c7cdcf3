import { dirname, isAbsolute } from 'node:path';
import { groupBy } from '../group.ts';
import { readdirSync, realpathSync } from '../store/disk.ts';
import { look, lookThrough, type Entry } from '../store/file-stat.ts';
import { listingOf } from './listing.ts';

export interface Look {
  readonly entry: Entry | null;
  readonly linked: boolean;
}

/** How files and directories lie at one moment: each is looked at once, and remembered. */
export class FileLooks {
  readonly #project: string;
  readonly #looks = new Map<string, Look>();
  readonly #listings = new Map<string, readonly string[] | null>();
  readonly #names = new Map<string, string | null>();
  readonly #directories = new Map<string, Directory | null>();

  constructor(project: string) {
    this.#project = project;
  }

  /** All names that were looked at, all directories that were listed, and what was asked of `names`. */
  get seen(): Readonly<Record<'looks' | 'listings' | 'names', Iterable<string>>> {
    return { looks: this.#looks.keys(), listings: this.#listings.keys(), names: this.#names.keys() };
  }

  /** Absolute path of a project-relative (or absolute) one. */
  absolute(name: string): string {
    return isAbsolute(name) ? name : `${this.#project}/${name}`;
  }

  /** What lies at a path: what a link leads to, and whether there was one. */
  look(name: string): Look {
    let seen = this.#looks.get(name);
    if (seen === undefined) {
      seen = this.again(name);
      this.#looks.set(name, seen);
    }
    return seen;
  }

  /** The same as of now, without remembering it. */
  again(name: string): Look {
    const absolute = this.absolute(name);
    const found = look(absolute);
    const linked = found?.kind === 'link';
    return { entry: linked ? lookThrough(absolute) : found, linked };
  }

  /** What lies in a directory, as `listingOf` has it; null when there is no directory. */
  listing(name: string): readonly string[] | null {
    let listing = this.#listings.get(name);
    if (listing === undefined) {
      listing = this.#list(name);
      this.#listings.set(name, listing);
    }
    return listing;
  }

  /**
   * Which of some names lie directly in a directory, and where links among them lead. `question` is the directory
   * and the names, a line each; a name is given, and matched, by what stands before its first dot; `*.pth` is
   * whatever has `.pth` in its name. Null when there is no directory.
   */
  names(question: string): string | null {
    let answer = this.#names.get(question);
    if (answer === undefined) {
      answer = this.#answer(question);
      this.#names.set(question, answer);
    }
    return answer;
  }

  /** The same as of now, without remembering it. */
  listingAgain(name: string): readonly string[] | null {
    return this.#list(name);
  }

  /** Looks again when next asked. */
  forget(name: string): void {
    this.#looks.delete(name);
    // Those that have it in them; others lie as they did, for all that is known.
    for (let directory = name, below = ''; directory !== below; directory = dirname(directory)) {
      this.#listings.delete(directory);
      below = directory;
    }
    this.#names.clear();
    this.#directories.clear();
  }

  #answer(question: string): string | null {
    const [directory = '', ...wanted] = question.split('\n');
    const entries = this.#entries(directory);
    if (entries === null) return null;
    const found = wanted.flatMap((name) =>
      name.startsWith('*')
        ? [...entries.byStem.values()].flat().filter((text) => text.includes(name.slice(1)))
        : (entries.byStem.get(stem(name)) ?? []),
    );
    return [entries.place, ...found].join('\n');
  }

  #entries(name: string): Directory | null {
    let entries = this.#directories.get(name);
    if (entries === undefined) {
      entries = readDirectory(this.absolute(name));
      this.#directories.set(name, entries);
    }
    return entries;
  }

  #list(name: string): readonly string[] | null {
    try {
      return listingOf(this.absolute(name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }
}

/** What lies directly in a directory. */
interface Directory {
  /** Where it really is. */
  readonly place: string;
  /** Names by `stem`, sorted; of a link, also where it leads. */
  readonly byStem: ReadonlyMap<string, readonly string[]>;
}

function readDirectory(directory: string): Directory | null {
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // None, or not to be read: nothing is found in it either way.
    return null;
  }
  const places = entries.map((entry) => ({
    name: entry.name,
    text: entry.isSymbolicLink() ? `${entry.name} ${realPlace(`${directory}/${entry.name}`)}` : entry.name,
  }));
  const byStem = [...groupBy(places, ({ name }) => stem(name))].map(
    ([key, group]) => [key, group.map(({ text }) => text)] as const,
  );
  return { place: realPlace(directory), byStem: new Map(byStem) };
}

/** What stands before the first dot, without regard to case, of which some file systems have none. */
function stem(name: string): string {
  return name.split('.')[0]!.toLowerCase();
}

/** Where links lead; empty when nowhere. */
function realPlace(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return '';
  }
}

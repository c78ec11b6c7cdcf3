import { readdirSync, realpathSync, statSync, watch, type BigIntStats, type FSWatcher } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Changes that come closer together than this are one: an editor's save, a checkout. */
const BURST_MS = 60;
/** How often it looks where nothing tells it to, or less often, so that looking takes a twentieth of the time. */
const LOOK_MS = 1000;
const SHARE = 20;
/** Directories that the system is asked to tell of; beyond, looking has to do. */
const MOST_WATCHERS = 4000;

/** Made by running, or not the project's own: not looked for, but followed where it is named. */
const IGNORED = /^(?:artifacts|cache|node_modules|\.git)(?:\/|$)|^pipe(?:\.[^/]*)?\.lock$/;

/**
 * Finds changes to a set of files and directories, also while nobody waits for them. What stands there is looked
 * at again and again; events of the file system only say when to look, since they stop for directories that go
 * and come back, do not follow links, and never come from other machines.
 */
export class Changes {
  readonly #directory: string;
  #roots: ReadonlySet<string> = new Set();
  #patterns: readonly Pattern[] = [];
  #seen = new Map<string, string>();
  readonly #watchers = new Map<string, { readonly watcher: FSWatcher; readonly inode: bigint }>();
  #wake: (() => void) | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How many files, directories and patterns it follows. */
  get size(): number {
    return this.#roots.size + this.#patterns.length;
  }

  /**
   * From now on these absolute paths, and what patterns match; of those that it followed before, no change is missed
   * meanwhile.
   */
  follow(paths: ReadonlySet<string>, patterns: readonly Pattern[] = []): void {
    const before = this.#below;
    this.#roots = new Set(paths);
    this.#patterns = patterns;
    const seen = new Map<string, string>();
    for (const [path, look] of this.#look()) {
      const known = this.#seen.get(path);
      if (known !== undefined) seen.set(path, known);
      else if (!isBelow(path, before)) seen.set(path, look);
    }
    const below = this.#below;
    for (const [path, look] of this.#seen) if (isBelow(path, below)) seen.set(path, look);
    this.#seen = seen;
  }

  get #below(): ReadonlySet<string> {
    return new Set([...this.#roots, ...this.#patterns.map(({ base }) => base)]);
  }

  /** The names of what has changed since it was last asked. */
  taken(): readonly string[] {
    const now = this.#look();
    const changed = [...new Set([...now.keys(), ...this.#seen.keys()])].filter(
      (path) => now.get(path) !== this.#seen.get(path),
    );
    this.#seen = now;
    return changed.map((path) => this.#name(path)).sort();
  }

  /** The same, once something has and the burst is over; none when the signal comes first. */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    const changed = new Set<string>();
    while (!signal.aborted) {
      const startedAt = Date.now();
      const found = this.taken();
      const took = Date.now() - startedAt;
      for (const name of found) changed.add(name);
      if (found.length === 0 && changed.size > 0) return [...changed].sort();
      await this.#pause(
        changed.size > 0 ? BURST_MS : Math.max(LOOK_MS, took * SHARE),
        changed.size === 0,
        signal,
      );
    }
    return [];
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #pause(ms: number, wakes: boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', over);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(over, ms);
      signal.addEventListener('abort', over);
      if (wakes) this.#wake = over;
    });
  }

  /** By path, how everything stands. */
  #look(): Map<string, string> {
    const looks = new Map<string, string>();
    const directories = new Map<string, bigint>();
    for (const root of this.#roots) {
      addDirectory(dirname(root), directories);
      const named = IGNORED.test(this.#name(root));
      const ignored = (path: string): boolean => !named && IGNORED.test(this.#name(path));
      lookAt(root, { looks, directories, ignored, open: [] });
    }
    for (const { base, files } of this.#patterns) {
      for (const path of files()) {
        lookAt(path, { looks, directories, ignored: () => false, open: [] });
        addDirectory(dirname(path), directories);
      }
      for (const place of [base, dirname(base)]) addDirectory(place, directories);
    }
    this.#watch(directories);
    return looks;
  }

  #watch(directories: ReadonlyMap<string, bigint>): void {
    for (const [path, { watcher, inode }] of this.#watchers) {
      if (directories.get(path) === inode) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const [path, inode] of directories) {
      if (this.#watchers.has(path) || this.#watchers.size >= MOST_WATCHERS) continue;
      try {
        const watcher = watch(path, () => this.#wake?.());
        watcher.on('error', () => {
          watcher.close();
        });
        this.#watchers.set(path, { watcher, inode });
      } catch {
        // Gone again, or more than the system gives: it is looked at all the same.
      }
    }
  }

  /** Project-relative inside the project, absolute outside. */
  #name(path: string): string {
    const name = relative(this.#directory, path);
    return name.startsWith('..') || isAbsolute(name) ? path : name.split(sep).join('/');
  }
}

/** Files that come and go by a pattern. What else lies below the same directory is nobody's concern. */
export interface Pattern {
  /** Absolute: all of them lie below it. */
  readonly base: string;
  /** Absolute paths of those that are there now. */
  readonly files: () => readonly string[];
}

interface Looking {
  readonly looks: Map<string, string>;
  readonly directories: Map<string, bigint>;
  readonly ignored: (path: string) => boolean;
  /** Real paths of the directories that this lies in, which a link may lead back to. */
  readonly open: readonly string[];
}

function lookAt(path: string, { looks, directories, ignored, open }: Looking): void {
  if (looks.has(path)) return;
  const stat = statOf(path);
  if (stat?.isDirectory() !== true) {
    looks.set(path, stat === null ? 'nothing' : [stat.size, stat.mtimeNs, stat.ctimeNs, stat.ino].join(' '));
    return;
  }
  try {
    const real = realpathSync(path);
    looks.set(path, `directory ${real}`);
    directories.set(path, stat.ino);
    if (open.includes(real)) return;
    for (const name of readdirSync(path)) {
      const inside = join(path, name);
      if (!ignored(inside)) lookAt(inside, { looks, directories, ignored, open: [...open, real] });
    }
  } catch {
    looks.set(path, 'unreadable');
  }
}

function addDirectory(path: string, directories: Map<string, bigint>): void {
  const stat = directories.has(path) ? null : statOf(path);
  if (stat !== null) directories.set(path, stat.ino);
}

function statOf(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function isBelow(path: string, roots: ReadonlySet<string>): boolean {
  for (let each = path; ; each = dirname(each)) {
    if (roots.has(each)) return true;
    if (each === dirname(each)) return false;
  }
}

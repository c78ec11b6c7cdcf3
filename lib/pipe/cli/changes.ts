import type { FSWatcher } from 'chokidar';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';

/** Changes that come closer together than this are one: an editor's save, a checkout. */
const BURST_MS = 60;

/** Made by running, or not the project's own: changes there mean nothing. */
const IGNORED = /^(?:artifacts|cache|node_modules|\.git)(?:\/|$)|^pipe(?:\.[^/]*)?\.lock$/;

/** Collects changes to a set of files and directories, also while nobody waits for them. */
export class Changes {
  readonly #directory: string;
  #watchers: FSWatcher[] = [];
  #followed = { key: '', size: 0 };
  #pending = new Set<string>();
  #wake: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How many files and directories it follows. */
  get size(): number {
    return this.#followed.size;
  }

  /** Watches these absolute paths from when the promise resolves; none of the old ones is missed meanwhile. */
  async follow(paths: ReadonlySet<string>): Promise<void> {
    const missing = [...paths].filter((path) => !existsSync(path));
    const key = JSON.stringify([[...paths], missing]);
    if (key === this.#followed.key) return;
    this.#followed = { key, size: paths.size };
    const before = this.#watchers;
    const there = [...paths].filter((path) => existsSync(path));
    // Of no paths at all, chokidar is never ready.
    this.#watchers = there.length > 0 ? [await this.#watch(there, {}, () => true)] : [];
    if (missing.length > 0) this.#watchers.push(await this.#awaitBirth(missing));
    await Promise.all(before.map((watcher) => watcher.close()));
  }

  /** A missing file or directory is seen to come in the nearest directory above it. */
  #awaitBirth(missing: readonly string[]): Promise<FSWatcher> {
    const parents = new Set(missing.map(existingParent));
    return this.#watch([...parents], { depth: 0 }, (path) =>
      missing.some((awaited) => awaited === path || awaited.startsWith(path + sep)),
    );
  }

  async #watch(
    paths: string[],
    options: { readonly depth?: number },
    wanted: (path: string) => boolean,
  ): Promise<FSWatcher> {
    const { watch } = await import('chokidar');
    const watcher = watch(paths, {
      ...options,
      ignoreInitial: true,
      ignored: (path) => IGNORED.test(this.#name(path)),
    });
    watcher.on('all', (_event, path) => {
      if (wanted(path)) this.#note(path);
    });
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    return watcher;
  }

  /** The names of what changed, once something has and the burst is over; none when the signal comes first. */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    if (!signal.aborted && (this.#pending.size === 0 || this.#timer !== null)) await this.#woken(signal);
    if (signal.aborted) return [];
    const changed = [...this.#pending].sort();
    this.#pending = new Set();
    return changed;
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#wake = null;
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#wake = wake;
    });
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#watchers.map((watcher) => watcher.close()));
  }

  #note(path: string): void {
    this.#pending.add(this.#name(path));
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#wake?.();
    }, BURST_MS);
  }

  /** Project-relative inside the project, absolute outside. */
  #name(path: string): string {
    const name = relative(this.#directory, path);
    return name.startsWith('..') || isAbsolute(name) ? path : name.split(sep).join('/');
  }
}

function existingParent(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : existingParent(parent);
}

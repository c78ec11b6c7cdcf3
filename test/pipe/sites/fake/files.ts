import type { Digest } from '../../../../lib/pipe/digest.ts';
import { readBatch } from '../../../../lib/pipe/sites/protocol.ts';
import type { Folders } from '../../../../lib/pipe/sites/world.ts';
import type { Clock } from './clock.ts';

/** Lines of one element, with where each ends. */
class Lines {
  readonly lines: string[] = [];
  readonly ends: number[] = [];

  get size(): number {
    return this.ends.at(-1) ?? 0;
  }

  add(line: string): void {
    this.ends.push(this.size + line.length + 1);
    this.lines.push(line);
  }
}

interface Folder {
  text: string;
  readonly elements: Map<number, Lines>;
  readonly logs: Map<number, readonly string[]>;
}

/** What is on the disk that all share. */
export class SharedFiles {
  readonly folders = new Map<string, Folder>();
  readonly committed = new Set<Digest>();
  /** Files that there ever were. */
  made = 0;
  #read: { readonly text: string; readonly batch: ReturnType<typeof readBatch> } | null = null;

  /** As a job reads it, which is asked for all of a batch's jobs at about the same time. */
  batch(name: string): ReturnType<typeof readBatch> {
    const text = this.folders.get(name)?.text;
    if (text === undefined) return null;
    if (this.#read?.text !== text) this.#read = { text, batch: readBatch(text) };
    return this.#read.batch;
  }

  claim(batch: string, element: number, line: string): boolean {
    const folder = this.folders.get(batch);
    if (folder === undefined || folder.elements.has(element)) return false;
    folder.elements.set(element, new Lines());
    this.made += 1;
    this.say(batch, element, line);
    return true;
  }

  say(batch: string, element: number, line: string): void {
    this.folders.get(batch)?.elements.get(element)?.add(line);
  }

  log(batch: string, element: number, lines: readonly string[]): void {
    const folder = this.folders.get(batch);
    if (folder === undefined) return;
    if (!folder.logs.has(element)) this.made += 1;
    folder.logs.set(element, lines);
  }
}

/**
 * The same as one driver sees it: what it heard it believes for `lag` milliseconds, that something is not there
 * included, as clients of NFS do. Its own changes it sees at once, and what it changes a folder for, it lists anew.
 */
export class SeenFiles implements Folders {
  readonly #shared: SharedFiles;
  readonly #clock: Clock;
  readonly #lag: number;
  #names: { readonly at: number; readonly names: readonly string[] } | null = null;
  readonly #texts = new Map<string, { readonly at: number; readonly text: string }>();
  readonly #listings = new Map<string, { readonly at: number; readonly elements: ReadonlySet<number> }>();
  readonly #sizes = new Map<string, { readonly at: number; readonly size: number }>();
  readonly #absent = new Map<Digest, number>();

  constructor(shared: SharedFiles, clock: Clock, lag: number) {
    this.#shared = shared;
    this.#clock = clock;
    this.#lag = lag;
  }

  #old(at: number): boolean {
    return this.#clock.now - at >= this.#lag;
  }

  names(): readonly string[] {
    if (this.#names === null || this.#old(this.#names.at))
      this.#names = { at: this.#clock.now, names: [...this.#shared.folders.keys()] };
    return this.#names.names;
  }

  create(batch: string, text: string): void {
    this.#shared.folders.set(batch, { text, elements: new Map(), logs: new Map() });
    this.#shared.made += 1;
    this.#names = null;
  }

  append(batch: string, text: string): void {
    const folder = this.#shared.folders.get(batch);
    if (folder !== undefined) folder.text += text;
    this.#texts.delete(batch);
  }

  read(batch: string): string | null {
    const seen = this.#texts.get(batch);
    if (seen !== undefined && !this.#old(seen.at)) return seen.text;
    const text = this.#shared.folders.get(batch)?.text ?? null;
    if (text !== null && this.#lag > 0) this.#texts.set(batch, { at: this.#clock.now, text });
    return text;
  }

  sizes(batch: string, elements: readonly number[]): ReadonlyMap<number, number> {
    const folder = this.#shared.folders.get(batch);
    const { now } = this.#clock;
    let listing = this.#listings.get(batch);
    if (listing === undefined || this.#old(listing.at)) {
      listing = { at: now, elements: new Set(folder?.elements.keys() ?? []) };
      if (this.#lag > 0) this.#listings.set(batch, listing);
    }
    const sizes = new Map<number, number>();
    for (const element of elements)
      if (listing.elements.has(element)) sizes.set(element, this.#size(batch, element));
    return sizes;
  }

  #size(batch: string, element: number): number {
    const truth = this.#shared.folders.get(batch)?.elements.get(element)?.size ?? 0;
    if (this.#lag === 0) return truth;
    const key = `${batch} ${element}`;
    const seen = this.#sizes.get(key);
    if (seen !== undefined && !this.#old(seen.at)) return seen.size;
    this.#sizes.set(key, { at: this.#clock.now, size: truth });
    return truth;
  }

  lines(
    batch: string,
    element: number,
    from: number,
  ): { readonly lines: readonly string[]; readonly to: number } {
    const written = this.#shared.folders.get(batch)?.elements.get(element);
    if (written === undefined) return { lines: [], to: from };
    const most = this.#size(batch, element);
    const first = written.ends.findIndex((end) => end > from);
    if (first === -1) return { lines: [], to: from };
    const past = written.ends.findIndex((end) => end > most);
    const last = past === -1 ? written.ends.length : past;
    return { lines: written.lines.slice(first, last), to: written.ends[last - 1] ?? from };
  }

  settled(): boolean {
    return true;
  }

  logTail(batch: string, element: number): readonly string[] {
    return this.#shared.folders.get(batch)?.logs.get(element) ?? [];
  }

  revoke(batch: string, element: number, at: number): boolean {
    this.#listings.delete(batch);
    return this.#shared.claim(batch, element, JSON.stringify({ t: 'revoked', at }));
  }

  remove(batch: string): void {
    this.#shared.folders.delete(batch);
    this.#names = null;
  }

  exclusively<T>(work: () => T): Promise<T> {
    // The lock is a file in the folder of all, which is listed anew for having been changed.
    this.#names = null;
    return new Promise((resolve) => {
      resolve(work());
    });
  }

  committed(fingerprint: Digest): boolean {
    const absent = this.#absent.get(fingerprint);
    if (absent !== undefined && !this.#old(absent)) return false;
    if (this.#shared.committed.has(fingerprint)) return true;
    if (this.#lag > 0) this.#absent.set(fingerprint, this.#clock.now);
    return false;
  }
}

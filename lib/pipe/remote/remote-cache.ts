import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Digest } from '../digest.ts';
import { temporaryName, withDirectory } from '../store/atomic.ts';
import type { BlobStore } from '../store/blobs.ts';
import { EMPTY } from '../store/tree.ts';
import { decodeEntry, encodeEntry, type ActionEntry, type EntryFile } from './action-result.ts';
import {
  allowExecution,
  bodyIn,
  bodyOf,
  checkBlob,
  gathered,
  hashOf,
  receiveBlob,
  type Expected,
} from './blob-transfer.ts';
import type { Kind } from './dialect.ts';
import { limitOf, type Courier, type Limit } from './courier.ts';
import type { ObjectStore } from './object-store.ts';
import { filesOf, type DeclaredOutput, type Made } from './result-files.ts';
import { Interrupted } from './trouble.ts';

/** What the remote cache knows an action to give. */
export interface RemoteEntry {
  readonly outputs: Readonly<Record<string, Digest>>;
  readonly files: ReadonlyMap<Digest, EntryFile>;
  readonly ms: number;
}

/** An action that was carried out here, whose blobs are in the store. */
export interface Result {
  readonly fingerprint: Digest;
  /** The canonical text whose digest the fingerprint is. */
  readonly action: string;
  readonly outputs: readonly Made[];
  readonly ms: number;
}

export interface Traffic {
  /** Blobs brought, and their bytes. */
  downloaded: number;
  bytesDown: number;
  /** Results given, and the bytes of their blobs that were not there yet. */
  uploaded: number;
  bytesUp: number;
}

/** Bytes of an entry that is read: one of ten thousand files has a megabyte. */
const longestEntry = 64 << 20;

/**
 * A remote cache beside the local store. Blobs are served by their digest, so what comes in is right or missing; an
 * entry is believed, so whoever may write them is trusted.
 */
export class RemoteCache {
  readonly traffic: Traffic = { downloaded: 0, bytesDown: 0, uploaded: 0, bytesUp: 0 };
  readonly #store: ObjectStore;
  readonly #courier: Courier;
  readonly #blobs: BlobStore;
  readonly #patience: number;
  readonly #entries = new Map<Digest, Promise<RemoteEntry | null>>();
  readonly #coming = new Map<Digest, Promise<boolean>>();
  /** Blobs that are there under their digest, and those of which others are. */
  readonly #there = new Map<Digest, boolean>();

  /** `patience`: seconds that a transfer may take beyond what computing would. */
  constructor(store: ObjectStore, courier: Courier, blobs: BlobStore, patience: number) {
    this.#store = store;
    this.#courier = courier;
    this.#blobs = blobs;
    this.#patience = patience;
  }

  /** What an action gives, if it is known there and has all the outputs; it is asked for once. */
  find(fingerprint: Digest, outputs: readonly DeclaredOutput[]): Promise<RemoteEntry | null> {
    const known = this.#entries.get(fingerprint);
    if (known !== undefined) return known;
    const asked = this.#ask(fingerprint, outputs);
    this.#entries.set(fingerprint, asked);
    return asked;
  }

  /** An entry as it lies there, null for what is none; told apart from one that is not there, or could not be read. */
  async read(fingerprint: Digest): Promise<ActionEntry | null | 'gone' | 'unread'> {
    const bytes = await this.#courier.ask<Buffer | 'gone'>('read', async (signal) => {
      const hash = hashOf(fingerprint);
      const got = await this.#store.get('ac', hash, (chunks) => gathered(chunks, longestEntry), signal);
      return got.type === 'missing' ? { type: 'got', value: 'gone' } : got;
    });
    if (bytes === null) return 'unread';
    return bytes === 'gone' ? 'gone' : decodeEntry(bytes);
  }

  /** Is asked for anew: somebody has given it meanwhile. */
  forget(fingerprint: Digest): void {
    this.#entries.delete(fingerprint);
  }

  async #ask(fingerprint: Digest, outputs: readonly DeclaredOutput[]): Promise<RemoteEntry | null> {
    const decoded = await this.read(fingerprint);
    if (decoded === 'gone' || decoded === 'unread') return null;
    const files = new Map(decoded?.files.map((file) => [file.digest, file]));
    const named = new Map(decoded?.files.map(({ path, digest }) => [path, digest]));
    const given = outputs.flatMap(({ name }): [string, Digest][] => {
      const digest = named.get(name);
      return digest === undefined ? [] : [[name, digest]];
    });
    if (decoded === null || given.length < outputs.length) {
      this.#courier.note({ reason: 'malformed', fingerprint }, 'read');
      return null;
    }
    return { outputs: Object.fromEntries(given), files, ms: decoded.ms };
  }

  /**
   * Brings all bytes of an output into the store; false where that cannot be. `bounded`: no longer than computing it
   * took, and some patience.
   */
  async bring(
    { directory }: { readonly directory: boolean },
    digest: Digest,
    entry: RemoteEntry | null,
    bounded: boolean,
  ): Promise<boolean> {
    const limit = bounded ? limitOf(this.#patience + (entry?.ms ?? 0) / 1000) : null;
    if (!(await this.#bringBlob(digest, entry, limit))) return false;
    if (!directory) return true;
    const members = this.#blobs.tree(digest);
    if (members === null) {
      this.#courier.note({ reason: 'mismatch', digest }, 'read');
      return false;
    }
    const all = [...new Set(members.map((file) => file.digest))];
    const brought = await Promise.all(all.map((each) => this.#bringBlob(each, entry, limit)));
    return brought.every((each) => each);
  }

  async #bringBlob(digest: Digest, entry: RemoteEntry | null, limit: Limit | null): Promise<boolean> {
    return await this.bringFile(digest, entry?.files.get(digest) ?? null, limit);
  }

  /** The same of one blob, without any entry. */
  async bringFile(digest: Digest, expected: Expected | null, limit: Limit | null = null): Promise<boolean> {
    if (this.#blobs.intact(digest)) {
      if (expected?.executable === true) allowExecution(this.#blobs.path(digest));
      return true;
    }
    if (digest === EMPTY) return this.#makeEmpty(expected);
    const coming = this.#coming.get(digest) ?? this.#download(digest, expected, limit);
    this.#coming.set(digest, coming);
    try {
      return await coming;
    } finally {
      this.#coming.delete(digest);
    }
  }

  async #download(digest: Digest, expected: Expected | null, limit: Limit | null): Promise<boolean> {
    const size = await this.#fetch(
      digest,
      expected,
      (chunks) => receiveBlob(this.#blobs, digest, expected, chunks),
      limit,
    );
    if (size === null) return false;
    this.traffic.downloaded += 1;
    this.traffic.bytesDown += size;
    return true;
  }

  /** Whether the blob lies there with the right bytes; they are read, and not kept. */
  async check(digest: Digest, expected: Expected | null): Promise<boolean> {
    if (digest === EMPTY) return true;
    return (
      (await this.#fetch(digest, expected, (chunks) => checkBlob(digest, expected, chunks), null)) !== null
    );
  }

  async #fetch(
    digest: Digest,
    expected: Expected | null,
    take: (chunks: AsyncIterable<Uint8Array>) => Promise<number>,
    limit: Limit | null,
  ): Promise<number | null> {
    const size = await this.#courier.ask(
      'read',
      async (signal) => {
        const got = await this.#store.get(
          'cas',
          hashOf(digest),
          async (chunks, length) => {
            const wrong = expected !== null && length !== null && length !== expected.size;
            if (wrong) throw new Interrupted({ reason: 'mismatch', digest });
            return await take(chunks);
          },
          signal,
        );
        // An entry, or a lock, says that it is to be there.
        return got.type === 'missing' ? { type: 'failed', trouble: { reason: 'blob-missing', digest } } : got;
      },
      limit,
    );
    this.#there.set(digest, size !== null);
    return size;
  }

  #makeEmpty(expected: Expected | null): boolean {
    const temporary = temporaryName(this.#blobs.path(EMPTY));
    withDirectory(dirname(temporary), () => {
      writeFileSync(temporary, '', { mode: expected?.executable === true ? 0o777 : 0o666 });
    });
    return this.#blobs.adopt(temporary, false) === EMPTY;
  }

  /** Whether an entry is there, whatever it says; null where that cannot be known. */
  async knows(fingerprint: Digest): Promise<boolean | null> {
    return await this.#courier.ask<boolean>('read', async (signal) => {
      const got = await this.#store.has('ac', hashOf(fingerprint), signal);
      return got.type === 'missing' ? { type: 'got', value: false } : got;
    });
  }

  /** Removes a file there; false when that was refused. */
  async drop(kind: Kind, digest: Digest): Promise<boolean> {
    const gone = await this.#courier.ask('write', (signal) =>
      this.#store.remove(kind, hashOf(digest), signal),
    );
    return gone !== null;
  }

  /**
   * Gives a result: blobs and the action's text first, the entry last, so that no entry is there without what it names.
   * False when it could not be given.
   */
  async give({ fingerprint, action, outputs, ms }: Result): Promise<boolean> {
    const files = filesOf(outputs, this.#blobs);
    if (files === null) return false;
    const unique = new Map(files.map((file) => [file.digest, file]));
    unique.delete(EMPTY);
    const text = this.#giveBytes('cas', fingerprint, Buffer.from(action));
    const blobs = [...unique.values()].map((file) => this.giveFile(this.#blobs.path(file.digest), file));
    const given = await Promise.all([text, ...blobs]);
    if (!given.every((each) => each)) return false;
    if (!(await this.#giveBytes('ac', fingerprint, encodeEntry({ files, ms })))) return false;
    this.traffic.uploaded += 1;
    return true;
  }

  async #giveBytes(kind: Kind, fingerprint: Digest, bytes: Buffer): Promise<boolean> {
    const put = await this.#courier.ask('write', (signal) =>
      this.#store.put(kind, hashOf(fingerprint), bodyIn(bytes), signal),
    );
    return put !== null;
  }

  /** Blobs that are thought to be there, and turned out not to be. */
  missing(digests: Iterable<Digest>): void {
    for (const digest of digests) this.#there.delete(digest);
  }

  /** Gives a file as a blob, if it is not there yet; false when that could not be. */
  async giveFile(path: string, { digest, size }: Pick<EntryFile, 'digest' | 'size'>): Promise<boolean> {
    if (digest === EMPTY) return true;
    const known = this.#there.get(digest);
    if (known === true) return true;
    const hash = hashOf(digest);
    // Of one that was seen to be another, the right bytes take the place.
    const there =
      known === undefined
        ? await this.#courier.ask('write', (signal) => this.#store.has('cas', hash, signal))
        : null;
    if (there === null) {
      const put = await this.#courier.ask('write', (signal) =>
        this.#store.put('cas', hash, bodyOf(path, digest, size), signal),
      );
      if (put === null) return false;
      this.traffic.bytesUp += size;
    }
    this.#there.set(digest, true);
    return true;
  }
}

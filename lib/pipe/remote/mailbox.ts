import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import { decodeMessage, encodeMessage } from './action-result.ts';
import { bodyIn, gathered, hashOf } from './blob-transfer.ts';
import type { Courier } from './courier.ts';
import type { ObjectStore } from './object-store.ts';

/** Bytes of a message, and of a blob that is read whole. */
const longest = 64 << 20;

/**
 * Messages under names that sender and receiver know, in the place of entries: they look like entries, so that servers
 * take them that take nothing else. A message that is there stays as it is.
 */
export class Mailbox {
  readonly #store: ObjectStore;
  readonly #courier: Courier;

  constructor(store: ObjectStore, courier: Courier) {
    this.#store = store;
    this.#courier = courier;
  }

  /** `name`: 64 hexadecimal digits. False when it could not be given. */
  async put(name: string, bytes: Uint8Array): Promise<boolean> {
    const body = bodyIn(encodeMessage(bytes));
    return (await this.#courier.ask('write', (signal) => this.#store.put('ac', name, body, signal))) !== null;
  }

  /** `none`: there is no such message; null: that cannot be known now. */
  async get(name: string): Promise<Buffer | 'none' | null> {
    return await this.#courier.ask<Buffer | 'none'>('read', async (signal) => {
      const got = await this.#store.get('ac', name, (chunks) => gathered(chunks, longest), signal);
      if (got.type === 'failed') return got;
      const message = got.type === 'missing' ? null : decodeMessage(got.value);
      return { type: 'got', value: message ?? 'none' };
    });
  }

  /** Gives bytes as a blob. */
  async putBlob(bytes: Uint8Array): Promise<Digest | null> {
    const body = bodyIn(bytes);
    const put = await this.#courier.ask('write', (signal) =>
      this.#store.put('cas', body.digest, body, signal),
    );
    return put === null ? null : `sha256:${body.digest}`;
  }

  /** Null when it is not there, has other bytes or cannot be had now. */
  async getBlob(digest: Digest): Promise<Buffer | null> {
    const bytes = await this.#courier.ask('read', (signal) =>
      this.#store.get('cas', hashOf(digest), (chunks) => gathered(chunks, longest), signal),
    );
    if (bytes === null) return null;
    return createHash('sha256').update(bytes).digest('hex') === hashOf(digest) ? bytes : null;
  }
}

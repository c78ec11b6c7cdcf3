import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Digest } from '../digest.ts';
import type { RemoteDeclaration } from '../manifest/remote-grammar.ts';

/**
 * How driver and jobs talk that share no files: by messages in a remote cache. Others may read that cache, and what is
 * said holds values of variables and what tasks print; so all of it is encrypted, by a key of the batch that goes with
 * the script of its jobs. Who has not the key can neither read a message, nor know its name, nor write one.
 */
export interface Letter {
  readonly batch: string;
  /** Of the text of the batch, encrypted. */
  readonly text: Digest;
  readonly key: string;
  /** The cache, without secrets. */
  readonly remote: RemoteDeclaration;
}

const cipherName = 'aes-256-gcm';
const [ivLength, tagLength] = [12, 16];

export function newKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Text under a name, which it cannot be moved from. */
export function sealed(text: string, key: string, name: string): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(cipherName, Buffer.from(key, 'base64url'), iv);
  cipher.setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(deflateSync(text)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Null for what nobody with the key has written under this name. */
export function unsealed(bytes: Buffer, key: string, name: string): string | null {
  try {
    const iv = bytes.subarray(0, ivLength);
    const decipher = createDecipheriv(cipherName, Buffer.from(key, 'base64url'), iv);
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
    const body = Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]);
    return inflateSync(body).toString('utf8');
  } catch {
    return null;
  }
}

/** The name of the `n`-th message of an element: whole lines, that come after those of the one before. */
export function linesName(key: string, element: number, n: number): string {
  return nameOf(key, ['lines', element, n]);
}

/** Of the message by which a driver takes an element back. */
export function revokedName(key: string, element: number): string {
  return nameOf(key, ['revoked', element]);
}

/** What the text of a batch is sealed under. */
export function batchName(key: string): string {
  return nameOf(key, ['batch']);
}

function nameOf(key: string, what: readonly (string | number)[]): string {
  return createHmac('sha256', key).update(JSON.stringify(what)).digest('hex');
}

import { hash } from 'node:crypto';

/** SHA-256 of bytes, written `sha256:<64 hex digits>`: the algorithm travels with the digest. */
export type Digest = `sha256:${string}`;

/** The digest of a text (as UTF-8) or of bytes already in memory. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', content, 'hex')}`;
}

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

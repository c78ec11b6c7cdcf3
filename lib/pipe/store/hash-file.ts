import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import { closeSync, openSync, readSync } from './disk.ts';

const chunk = Buffer.allocUnsafeSlow(1 << 20);

/** The digest of a file's bytes, read in pieces; whatever its size, memory stays the same. */
export function hashFile(path: string): Digest {
  const handle = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    for (;;) {
      const length = readSync(handle, chunk, 0, chunk.length, null);
      if (length === 0) return `sha256:${hash.digest('hex')}`;
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(handle);
  }
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { HashPool } from '../../../lib/pipe/files/hash-pool.ts';
import { workerEntry } from '../../../lib/pipe/execute/worker-pool.ts';
import { look } from '../../../lib/pipe/store/file-stat.ts';
import { temporaryDirectory } from '../store/temporary.ts';

/** Enough bytes for threads, in more files than a thread may have listeners. */
function manyFiles() {
  const directory = temporaryDirectory();
  return Array.from({ length: 40 }, (_, index) => {
    const path = join(directory, String(index));
    writeFileSync(path, Buffer.alloc(1 << 20, index));
    const found = look(path);
    if (found?.kind !== 'file') throw new Error(path);
    return { path, stat: found.stat };
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

test('many large files are hashed in threads, without a warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const files = manyFiles();
  const digests = new Map<string, string>();
  await new HashPool(workerEntry()).hash(files, ({ path }, digest) => digests.set(path, digest));
  expect(digests).toEqual(new Map(files.map(({ path }) => [path, digestOf(readFileSync(path))])));
  expect(warned).not.toHaveBeenCalled();
});

test('hashing ends with the reason for which it is stopped', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const hashing = new HashPool(workerEntry()).hash(
    manyFiles(),
    () => {
      stop.abort(reason);
    },
    { signal: stop.signal },
  );
  await expect(hashing).rejects.toBe(reason);
});

import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, rmSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../digest.ts';
import { makeDirectory, temporaryName } from '../store/atomic.ts';
import { sealFile, type BlobStore } from '../store/blobs.ts';
import type { DigestedBody } from './object-store.ts';
import { Interrupted } from './trouble.ts';

export function hashOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** What is known of a blob beside its digest; null where nothing is. */
export interface Expected {
  readonly size: number;
  readonly executable: boolean;
}

/** Writes bytes that come in as a blob of the store; gives how many there were. Throws `Interrupted` for others. */
export async function receiveBlob(
  blobs: BlobStore,
  digest: Digest,
  expected: Expected | null,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const path = blobs.path(digest);
  const temporary = temporaryName(path);
  makeDirectory(dirname(path));
  const handle = await open(temporary, 'wx', expected?.executable === true ? 0o777 : 0o666);
  try {
    const size = await checkedInto(handle, temporary, digest, expected, chunks);
    await handle.close();
    blobs.moveIn(sealFile(temporary), digest, false);
    return size;
  } finally {
    await handle.close().catch(() => undefined);
    rmSync(temporary, { force: true });
  }
}

/** Reads bytes that come in only to see whether they are those of a digest. */
export async function checkBlob(
  digest: Digest,
  expected: Expected | null,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  return await checkedInto(null, '', digest, expected, chunks);
}

async function checkedInto(
  handle: FileHandle | null,
  path: string,
  digest: Digest,
  expected: Expected | null,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (expected !== null && size > expected.size) break;
    hash.update(chunk);
    if (handle !== null) await writeAll(handle, path, chunk);
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw new Interrupted({ reason: 'mismatch', digest });
  return size;
}

async function writeAll(handle: FileHandle, path: string, chunk: Uint8Array): Promise<void> {
  try {
    for (let written = 0; written < chunk.length;) {
      written += (await handle.write(chunk, written)).bytesWritten;
    }
  } catch (error) {
    // Of an open file Node does not say which it was.
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}

/** A file to be sent as these bytes. It ends before its last bytes when they turn out to be others. */
export function bodyOf(path: string, digest: Digest, size: number): DigestedBody {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let held: Uint8Array | null = null;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
      if (held !== null) yield held;
      held = chunk as Buffer;
      hash.update(held);
    }
    if (`sha256:${hash.digest('hex')}` !== digest) throw new Interrupted({ reason: 'mismatch', digest });
    if (held !== null) yield held;
  }
  return { size, chunks, digest: hashOf(digest) };
}

/** Bytes in memory to be sent. */
export function bodyIn(bytes: Uint8Array): DigestedBody {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  }
  return { size: bytes.length, chunks, digest: createHash('sha256').update(bytes).digest('hex') };
}

/** Bytes that come in, a little more than `most` of them at most. */
export async function gathered(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) break;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** For those who may read it. */
export function allowExecution(path: string): void {
  const { mode } = statSync(path);
  const wanted = mode | ((mode & 0o444) >> 2);
  if ((mode & 0o777) !== (wanted & 0o777)) chmodSync(path, wanted & 0o777);
}

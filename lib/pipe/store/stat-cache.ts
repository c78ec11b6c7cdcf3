import { readFileSync } from 'node:fs';
import type { Digest } from '../digest.ts';
import { writeAtomically } from './atomic.ts';
import { sameStat, type FileStat } from './file-stat.ts';

/**
 * Digests of files by what `lstat` says of them, so that an unchanged file is not read again.
 *
 * Two cases in which equal stats do not prove equal bytes are left out of it. A file modified within a
 * tick of the clock of being hashed may be modified once more in the same tick (git's "racily clean"
 * entries): such a digest is not kept. And after a power cut a file may keep its stats and lose bytes that
 * the kernel had not written yet: when the machine has been started anew, entries of the last minutes
 * before the last save are forgotten.
 */
export class StatCache {
  readonly #file: string;
  readonly #boot: string;
  readonly #entries: Map<string, CachedFile>;
  #changed = false;

  constructor(file: string, boot: string) {
    this.#file = file;
    this.#boot = boot;
    this.#entries = read(file, boot);
  }

  /** The digest of the file, if it is still the one that was hashed. */
  find(path: string, stat: FileStat): Digest | null {
    const entry = this.#entries.get(path);
    return entry !== undefined && sameStat(entry.stat, stat) ? entry.digest : null;
  }

  /** `stat` was taken before the bytes were read, at `hashedAt` (milliseconds since the epoch). */
  keep(path: string, stat: FileStat, digest: Digest, hashedAt: number): void {
    this.#changed = true;
    const asked = BigInt(hashedAt) * 1_000_000n;
    if (stat.mtime + clockTick > asked) this.#entries.delete(path);
    else this.#entries.set(path, { stat, digest, hashedAt });
  }

  /** Writes it if anything changed; `keeps` says which paths are still of interest. */
  save(keeps: (path: string) => boolean = () => true): void {
    if (!this.#changed) return;
    for (const path of this.#entries.keys()) if (!keeps(path)) this.#entries.delete(path);
    writeAtomically(this.#file, encode(this.#entries, this.#boot, Date.now()), false);
    this.#changed = false;
  }
}

interface CachedFile {
  readonly stat: FileStat;
  readonly digest: Digest;
  readonly hashedAt: number;
}

/** Coarse kernel clocks advance every 1 to 10 ms; nanoseconds, with a margin. */
const clockTick = 20_000_000n;
/** By then the kernel has written what it was given (Linux: 30 s); milliseconds, with a margin. */
const writtenBack = 120_000;
const format = 'pipe stat cache 1';
const columns = 5;

/**
 * One line of JSON, padded to eight bytes; then one row of five 64-bit integers per file; then paths and
 * digests as text. Rows are read without parsing: a build of 10,000 files starts in a few milliseconds.
 */
function encode(entries: ReadonlyMap<string, CachedFile>, boot: string, savedAt: number): Uint8Array {
  const numbers = new BigInt64Array(entries.size * columns);
  const names: string[] = [];
  const digests: string[] = [];
  let row = 0;
  for (const [path, { stat, digest, hashedAt }] of entries) {
    numbers.set([stat.size, stat.mtime, stat.ctime, BigInt.asIntN(64, stat.inode), BigInt(hashedAt)], row);
    row += columns;
    names.push(path);
    digests.push(digest);
  }
  const head = JSON.stringify({ format, boot, savedAt, count: entries.size });
  const padded = Buffer.from(head.padEnd(Math.ceil((head.length + 1) / 8) * 8 - 1) + '\n');
  const body = Buffer.from(numbers.buffer);
  return Buffer.concat([padded, body, Buffer.from(`${names.join('\0')}\n${digests.join('\n')}`)]);
}

function read(file: string, boot: string): Map<string, CachedFile> {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch {
    return new Map();
  }
  try {
    return decode(bytes, boot);
  } catch {
    // Cut off or from another version: everything is hashed again.
    return new Map();
  }
}

function decode(bytes: Buffer, boot: string): Map<string, CachedFile> {
  const entries = new Map<string, CachedFile>();
  const lineEnd = bytes.indexOf(10) + 1;
  const head = JSON.parse(bytes.toString('utf8', 0, lineEnd)) as Record<string, unknown>;
  const count = Number(head['count']);
  if (head['format'] !== format || count === 0) return entries;
  const start = bytes.byteOffset + lineEnd;
  const numbers = new BigInt64Array(bytes.buffer.slice(start, start + count * columns * 8));
  const text = bytes.toString('utf8', lineEnd + numbers.byteLength);
  const namesEnd = text.indexOf('\nsha256:');
  const names = text.slice(0, namesEnd).split('\0');
  const digests = text.slice(namesEnd + 1).split('\n') as Digest[];
  if (names.length !== count || digests.length !== count) return entries;
  const trusted = head['boot'] === boot ? Infinity : Number(head['savedAt']) - writtenBack;
  for (let index = 0; index < count; index++) {
    const row = index * columns;
    const hashedAt = Number(numbers[row + 4]!);
    if (hashedAt > trusted) continue;
    entries.set(names[index]!, {
      stat: {
        size: numbers[row]!,
        mtime: numbers[row + 1]!,
        ctime: numbers[row + 2]!,
        inode: BigInt.asUintN(64, numbers[row + 3]!),
      },
      digest: digests[index]!,
      hashedAt,
    });
  }
  return entries;
}

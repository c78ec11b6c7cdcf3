import { digestOf, type Digest } from '../digest.ts';
import { ifPossible, writeAtomically } from './atomic.ts';
import { readFileSync } from './disk.ts';
import { sameStat, type FileStamp } from './file-stat.ts';

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
  /** What was read from the file; its rows are looked at only when asked for. */
  readonly #rows: Rows;
  /** What was learnt since; null for what is no longer known. */
  readonly #entries = new Map<string, CachedFile | null>();
  #changed = false;

  constructor(file: string, boot: string) {
    this.#file = file;
    this.#boot = boot;
    this.#rows = read(file, boot);
  }

  /** The digest of the file, if it is still the one that was hashed. */
  find(path: string, stat: FileStamp): Digest | null {
    const entry = this.#entries.get(path);
    if (entry === undefined) return findRow(this.#rows, path, stat);
    return entry !== null && sameStat(entry.stat, stat) ? entry.digest : null;
  }

  /** How many bytes the file had when it was hashed last; null when it is not known. */
  size(path: string): bigint | null {
    const entry = this.#entries.get(path);
    if (entry !== undefined) return entry?.stat.size ?? null;
    const row = this.#rows.byPath.get(path);
    return row === undefined ? null : this.#rows.numbers[row * columns]!;
  }

  /** `stat` was taken before the bytes were read, at `hashedAt` (milliseconds since the epoch). */
  keep(path: string, stat: FileStamp, digest: Digest, hashedAt: number): void {
    this.#changed = true;
    const asked = BigInt(hashedAt) * 1_000_000n;
    if (stat.mtime + tickOf(stat) > asked) this.#entries.set(path, null);
    else this.#entries.set(path, { stat, digest, hashedAt });
  }

  /** Writes it, where that is possible, if anything changed; `keeps` says which paths are still of interest. */
  save(keeps: (path: string) => boolean = () => true): void {
    if (!this.#changed) return;
    const kept = new Map<string, CachedFile>();
    for (const path of new Set([...this.#rows.byPath.keys(), ...this.#entries.keys()])) {
      const entry = this.#entries.get(path);
      const file = entry === undefined ? fileAt(this.#rows, path) : entry;
      if (file !== null && keeps(path)) kept.set(path, file);
    }
    ifPossible(() => {
      writeAtomically(this.#file, encode(kept, this.#boot, Date.now()), false);
      this.#changed = false;
    });
  }
}

interface CachedFile {
  readonly stat: FileStamp;
  readonly digest: Digest;
  readonly hashedAt: number;
}

/** Coarse kernel clocks advance every 1 to 10 ms; nanoseconds, with a margin. */
const clockTick = 20_000_000n;
const second = 1_000_000_000n;

/**
 * How far apart the times are that the file's file system can tell: whole seconds where its own time, which nobody
 * can set, is one, or two of them (FAT). A file elsewhere that happens to look so is only hashed once more.
 */
function tickOf({ ctime }: FileStamp): bigint {
  if (ctime % second !== 0n) return clockTick;
  return ctime % (2n * second) === 0n ? 2n * second : second;
}

/** By then the kernel has written what it was given (Linux: 30 s); milliseconds, with a margin. */
const writtenBack = 120_000;
const format = 'pipe stat cache 2';
const columns = 5;

/**
 * One line of JSON, with a digest of all that follows; then one row of five 64-bit integers per file; then paths and
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
  const text = Buffer.from(`${names.join('\0')}\n${digests.join('\n')}`);
  const body = Buffer.concat([Buffer.from(numbers.buffer), text]);
  const told = { format, boot, savedAt, count: entries.size };
  const head = JSON.stringify({ ...told, digest: sealOf(told, body) });
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

/** One bit that has turned would make the bytes of a file those of another. */
function sealOf(told: object, body: Uint8Array): Digest {
  return digestOf(`${JSON.stringify(told)}\n${digestOf(body)}`);
}

/** The file as it lies: row `i` has the numbers from `i * columns` and the digest from `i * digestLine`. */
interface Rows {
  readonly byPath: ReadonlyMap<string, number>;
  readonly numbers: BigInt64Array;
  readonly digests: string;
  /** Rows hashed later than this are not to be trusted; milliseconds since the epoch. */
  readonly trusted: number;
}

const digestLine = 'sha256:'.length + 64 + 1;
const noRows: Rows = { byPath: new Map(), numbers: new BigInt64Array(), digests: '', trusted: 0 };

function findRow(rows: Rows, path: string, stat: FileStamp): Digest | null {
  const row = rows.byPath.get(path);
  if (row === undefined) return null;
  const { numbers } = rows;
  const at = row * columns;
  const same =
    numbers[at + 1] === stat.mtime &&
    numbers[at] === stat.size &&
    numbers[at + 2] === stat.ctime &&
    numbers[at + 3] === BigInt.asIntN(64, stat.inode) &&
    Number(numbers[at + 4]) <= rows.trusted;
  return same ? digestAt(rows, row) : null;
}

function fileAt(rows: Rows, path: string): CachedFile | null {
  const row = rows.byPath.get(path)!;
  const [size, mtime, ctime, inode, hashedAt] = rows.numbers.subarray(row * columns, (row + 1) * columns);
  if (Number(hashedAt) > rows.trusted) return null;
  const stat = { size: size!, mtime: mtime!, ctime: ctime!, inode: BigInt.asUintN(64, inode!) };
  return { stat, digest: digestAt(rows, row), hashedAt: Number(hashedAt) };
}

function digestAt({ digests }: Rows, row: number): Digest {
  return digests.slice(row * digestLine, (row + 1) * digestLine - 1) as Digest;
}

function read(file: string, boot: string): Rows {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch {
    return noRows;
  }
  try {
    return decode(bytes, boot);
  } catch {
    // Cut off or from another version: everything is hashed again.
    return noRows;
  }
}

function decode(bytes: Buffer, boot: string): Rows {
  const lineEnd = bytes.indexOf(10) + 1;
  const { digest, ...head } = JSON.parse(bytes.toString('utf8', 0, lineEnd)) as Record<string, unknown>;
  if (digest !== sealOf(head, bytes.subarray(lineEnd))) return noRows;
  const count = Number(head['count']);
  if (head['format'] !== format || count === 0) return noRows;
  const start = bytes.byteOffset + lineEnd;
  const numbers = new BigInt64Array(bytes.buffer.slice(start, start + count * columns * 8));
  const text = bytes.toString('utf8', lineEnd + numbers.byteLength);
  // Paths may hold anything but NUL, so the digests are found from the end.
  const digests = text.slice(text.length - count * digestLine + 1);
  const names = text.slice(0, text.length - digests.length - 1).split('\0');
  if (names.length !== count || !digests.startsWith('sha256:')) return noRows;
  const byPath = new Map(names.map((name, index) => [name, index]));
  const trusted = head['boot'] === boot ? Infinity : Number(head['savedAt']) - writtenBack;
  return { byPath, numbers, digests, trusted };
}

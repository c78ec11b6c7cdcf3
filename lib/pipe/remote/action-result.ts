import { Buffer } from 'node:buffer';
import { isDigest, type Digest } from '../digest.ts';

/** A file that an entry names. */
export interface EntryFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly executable: boolean;
}

/**
 * An entry of a remote action cache: an `ActionResult` of Bazel's Remote Execution API v2, of which these fields are
 * used: `output_files` (2) and, in `execution_metadata` (9), `virtual_execution_duration` (12). A path without a slash
 * is an output; those below it are the files of a directory, whose listing the output then is. So a server that
 * promises entries with all their blobs keeps the promise for us, too.
 */
export interface ActionEntry {
  readonly files: readonly EntryFile[];
  /** How long the action took. */
  readonly ms: number;
}

export function encodeEntry({ files, ms }: ActionEntry): Buffer {
  const seconds = Math.floor(ms / 1000);
  const duration = [...integer(1, seconds), ...integer(2, Math.round(ms - seconds * 1000) * 1_000_000)];
  return Buffer.concat([
    ...files.map((file) => field(2, encodeFile(file))),
    field(9, field(12, Buffer.from(duration))),
  ]);
}

/** Null for bytes that are no such message. */
export function decodeEntry(bytes: Uint8Array): ActionEntry | null {
  try {
    const message = fieldsOf(Buffer.from(bytes));
    const metadata = last(message, 9);
    const duration = metadata === null ? null : last(fieldsOf(metadata), 12);
    return { files: all(message, 2).map(decodeFile), ms: duration === null ? 0 : msOf(duration) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Bytes of our own in the place of an entry: an `ActionResult` that has them as `stdout_raw` (5). */
export function encodeMessage(bytes: Uint8Array): Buffer {
  return field(5, bytes);
}

/** Null for what is no such entry. */
export function decodeMessage(bytes: Uint8Array): Buffer | null {
  try {
    return last(fieldsOf(Buffer.from(bytes)), 5);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function encodeFile({ path, digest, size, executable }: EntryFile): Buffer {
  const hash = Buffer.from(digest.slice('sha256:'.length));
  return Buffer.concat([
    field(1, Buffer.from(path)),
    field(2, Buffer.concat([field(1, hash), Buffer.from(integer(2, size))])),
    Buffer.from(integer(4, executable ? 1 : 0)),
  ]);
}

function decodeFile(bytes: Buffer): EntryFile {
  const file = fieldsOf(bytes);
  const path = last(file, 1)?.toString('utf8') ?? '';
  const named = fieldsOf(last(file, 2) ?? Buffer.alloc(0));
  const digest = `sha256:${last(named, 1)?.toString('latin1') ?? ''}`;
  const size = number(named, 2);
  if (path === '' || !isDigest(digest)) throw new RangeError('a file without a path or a digest');
  return { path, digest, size, executable: number(file, 4) !== 0 };
}

function msOf(duration: Buffer): number {
  const fields = fieldsOf(duration);
  return number(fields, 1) * 1000 + number(fields, 2) / 1_000_000;
}

/** A field of bytes; one of a number, which is left out where it is 0. */
function field(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(tag * 8 + 2), ...varint(content.length)]), content]);
}

function integer(tag: number, value: number): number[] {
  return value === 0 ? [] : [...varint(tag * 8), ...varint(value)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

type Fields = ReadonlyMap<number, readonly (Buffer | number)[]>;

/** Every field of a message by its number, those that nobody here knows included; `RangeError` where it is none. */
function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (Buffer | number)[]>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
      if (scale > 2 ** 56) throw new RangeError('a number without an end');
    }
  };
  const piece = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('a field that goes on after the end');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const head = number();
    const kind = head % 8;
    if (![0, 1, 2, 5].includes(kind)) throw new RangeError('a field of no known kind');
    const value = kind === 0 ? number() : piece(kind === 2 ? number() : kind === 1 ? 8 : 4);
    const tag = Math.floor(head / 8);
    const values = fields.get(tag);
    if (values === undefined) fields.set(tag, [value]);
    else values.push(value);
  }
  return fields;
}

function all(fields: Fields, tag: number): Buffer[] {
  return (fields.get(tag) ?? []).map((value) => {
    if (typeof value === 'number') throw new RangeError('a number where bytes are expected');
    return value;
  });
}

/** Of a field that stands more than once the last counts. */
function last(fields: Fields, tag: number): Buffer | null {
  return all(fields, tag).at(-1) ?? null;
}

function number(fields: Fields, tag: number): number {
  const value = fields.get(tag)?.at(-1) ?? 0;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new RangeError('no number');
  return value;
}

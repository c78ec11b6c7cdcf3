import { fileError } from './source.ts';

const BLOCK = 512;

/** A regular file in an archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function text(header: Uint8Array, from: number, length: number): string {
  const field = Buffer.from(header.subarray(from, from + length)).toString('utf8');
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}

/** The header's bytes summed, its own checksum field read as spaces. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum;
}

/** Bytes of the file that follows: octal digits or, of one of 8 GiB and more, a number in base 256. Null for neither. */
function sizeOf(header: Uint8Array): number | null {
  const field = header.subarray(124, 136);
  if (field[0] === 0x80) {
    const size = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(size) ? size : null;
  }
  const digits = text(header, 124, 12).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : null;
}

/** The regular files of a tar archive (POSIX ustar); other kinds of entries are passed over. */
export function readTar(name: string, archive: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return entries;
    if (parseInt(text(header, 148, 8), 8) !== checksum(header)) {
      throw fileError(name, `not a tar archive, or damaged at byte ${at}`, 'fetch it again');
    }
    const size = sizeOf(header);
    if (size === null)
      throw fileError(
        name,
        `not a tar archive, or damaged at byte ${at}: a file of no size`,
        'fetch it again',
      );
    const from = at + BLOCK;
    if (from + size > archive.length) {
      const missing = from + size - archive.length;
      throw fileError(name, `truncated tar archive, ${missing} bytes are missing`, 'fetch it again');
    }
    const kind = text(header, 156, 1);
    if (kind === '' || kind === '0') {
      const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
      const own = text(header, 0, 100);
      entries.push({ name: prefix ? `${prefix}/${own}` : own, bytes: archive.subarray(from, from + size) });
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

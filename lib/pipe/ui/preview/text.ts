import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openSync } from '../../store/disk.ts';
import type { Preview } from '../views.ts';

/** Bytes of a text that are shown. */
const SHOWN = 200_000;

/** The beginning of a text; of what is none, why it is not shown. */
export function textPreview(file: string): Preview {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, SHOWN));
    readSync(descriptor, bytes, 0, bytes.length, 0);
    const whole = wholeLetters(bytes, size > SHOWN);
    if (!isUtf8(whole) || whole.includes(0)) return { kind: 'none', why: 'its bytes are no text' };
    return { kind: 'text', text: whole.toString(), cut: size > SHOWN };
  } finally {
    closeSync(descriptor);
  }
}

/** Without the beginning of a letter at the end. */
function wholeLetters(bytes: Buffer, cut: boolean): Buffer {
  if (!cut) return bytes;
  let end = bytes.length;
  while (end > bytes.length - 4 && (bytes[end - 1]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, (bytes[end - 1]! & 0x80) === 0 ? bytes.length : end - 1);
}

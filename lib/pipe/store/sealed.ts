import { digestOf } from '../digest.ts';
import { writeAtomically } from './atomic.ts';
import { readFileSync } from './disk.ts';

/**
 * A file of JSON under a line with its digest, for what is kept to save time and believed as it lies: one that was
 * cut off, or in which a bit has turned, counts as missing.
 */
export function writeSealed(path: string, value: unknown): void {
  const text = JSON.stringify(value);
  writeAtomically(path, `${digestOf(text)}\n${text}`, false);
}

/** Null for a file that is missing, damaged or none of these. */
export function readSealed(path: string): unknown {
  try {
    const content = readFileSync(path, 'utf8');
    const end = content.indexOf('\n');
    const text = content.slice(end + 1);
    return digestOf(text) === content.slice(0, end) ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

import { readSync, closeSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { openSync } from '../../store/disk.ts';
import { bytes, count, grouped } from '../../report/quantity.ts';
import type { OutputDifference } from '../../upkeep/rerun.ts';

/** How a file came out otherwise than recorded, on one line. */
export async function differenceText({ path, before, after }: OutputDifference): Promise<string> {
  if (after === null) return 'was not written this time';
  if (before === null) return 'was not there before';
  if (extname(path) === '.arrow') {
    try {
      return await (await import('./arrow-difference.ts')).arrowDifference(before, after);
    } catch {
      // Not Arrow, whatever its name says: what can be told of any file is told of it.
    }
  }
  const at = grouped(firstDifferentByte(before, after));
  const [was, is] = [before, after].map((file) => statSync(file).size);
  if (was === is) return `differs from byte ${at} on, of ${count(is!, 'byte')}`;
  return `differs from byte ${at} on, and has ${bytes(is!)} instead of ${bytes(was!)}`;
}

/** Counted from zero, as tools that show bytes do. */
function firstDifferentByte(before: string, after: string): number {
  const chunk = 1 << 20;
  const buffers = [Buffer.alloc(chunk), Buffer.alloc(chunk)] as const;
  const handles = [openSync(before, 'r'), openSync(after, 'r')] as const;
  try {
    for (let offset = 0; ; offset += chunk) {
      const [was, is] = handles.map((handle, side) => readSync(handle, buffers[side]!, 0, chunk, offset));
      const both = Math.min(was!, is!);
      for (let at = 0; at < both; at++) if (buffers[0][at] !== buffers[1][at]) return offset + at;
      if (both < chunk) return offset + both;
    }
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

import { closeSync, fstatSync, readSync } from 'node:fs';
import { setImmediate as others } from 'node:timers/promises';
import { openSync } from '../store/disk.ts';
import type { RunEvent } from '../run/event.ts';

/** Bytes read at once. */
const PIECE = 1 << 20;

export interface Piece {
  readonly events: readonly RunEvent[];
  /** The byte after the last whole line. */
  readonly offset: number;
}

/**
 * Events from a byte of a file on, as many as stand in a piece of it; none when nothing was added, or there is no
 * file. A line that is not finished is left for the next time.
 */
export function readFrom(
  file: string,
  offset: number,
  wanted: (line: string) => boolean = () => true,
): Piece {
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return { events: [], offset };
  }
  try {
    const left = fstatSync(descriptor).size - offset;
    if (left <= 0) return { events: [], offset };
    // A line may be longer than a piece: a failure carries what was printed.
    for (let size = PIECE; ; size *= 2) {
      const bytes = Buffer.allocUnsafe(Math.min(size, left));
      const read = readSync(descriptor, bytes, 0, bytes.length, offset);
      const end = bytes.subarray(0, read).lastIndexOf(10) + 1;
      if (end === 0 && read < left && read > 0) continue;
      const lines = bytes.toString('utf8', 0, end).split('\n');
      const events = lines
        .filter((line) => line !== '' && wanted(line))
        .flatMap((line) => parsed(line) ?? []);
      return { events, offset: offset + end };
    }
  } finally {
    closeSync(descriptor);
  }
}

/** All events of a file, piece by piece; whoever else asks something is answered in between. */
export async function* piecesOf(file: string, wanted?: (line: string) => boolean): AsyncGenerator<Piece> {
  for (let offset = 0; ;) {
    const piece = readFrom(file, offset, wanted);
    if (piece.offset === offset) return;
    offset = piece.offset;
    yield piece;
    await others();
  }
}

/** Null for a line that a damaged disk made something else. */
function parsed(line: string): RunEvent | null {
  try {
    const event = JSON.parse(line) as Partial<RunEvent> | null;
    return typeof event?.type === 'string' ? (event as RunEvent) : null;
  } catch {
    return null;
  }
}

import type { Write } from './reporter.ts';

/** Milliseconds between two drawings. */
const FRAME_MS = 100;

/** One line of a terminal that is drawn over again and leaves nothing behind. */
export interface ProgressLine {
  show(text: () => string): void;
  clear(): void;
}

/** `live`: it goes to a terminal; elsewhere nothing is drawn. */
export function progressLine(write: Write, live: boolean): ProgressLine {
  let drawnAt = Date.now();
  let drawn = false;
  return {
    show(text) {
      const now = Date.now();
      if (!live || now - drawnAt < FRAME_MS) return;
      drawnAt = now;
      drawn = true;
      write(`\r\u001b[K${text()}`);
    },
    clear() {
      if (drawn) write('\r\u001b[K');
      drawn = false;
    },
  };
}

import { closeSync, openSync, readSync, statSync, type BigIntStats } from '../store/disk.ts';
import type { TaskListener } from './executor.ts';
import { readReport } from './progress-report.ts';

/** Milliseconds between two looks at the file. */
const EVERY = 200;
/** Bytes read at once, which no line is longer than. */
const CHUNK = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * The file that a command may write its progress to, a line each time; the command makes it, if it wants to. What
 * is new in it is told while the command runs. A program that opens it anew for each line is heard as well as one that
 * appends. It is not a stream of the command's, so nothing that is printed can be taken for it.
 */
export class ProgressFile {
  readonly #path: string;
  readonly #listener: TaskListener;
  readonly #timer: NodeJS.Timeout;
  #seen = '';
  /** Behind the last line that was told. */
  #read = 0;
  #warned = false;

  constructor(path: string, listener: TaskListener) {
    this.#path = path;
    this.#listener = listener;
    this.#timer = setInterval(() => {
      this.#look(false);
    }, EVERY);
  }

  /** Tells what has not been told yet. */
  end(): void {
    clearInterval(this.#timer);
    this.#look(true);
  }

  #look(last: boolean): void {
    let found: BigIntStats | undefined;
    try {
      found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    } catch {
      return;
    }
    if (found?.isFile() !== true) return;
    const state = `${found.size} ${found.mtimeNs}`;
    const changed = state !== this.#seen;
    if (!changed && !last) return;
    this.#seen = state;
    try {
      const handle = openSync(this.#path);
      try {
        const size = Number(found.size);
        if (changed && !this.#goesOn(handle, size)) this.#read = 0;
        while (this.#lines(handle, size, last));
      } finally {
        closeSync(handle);
      }
    } catch {
      // It is the command's, and no result of it: what cannot be read is not told.
    }
  }

  /** Whether what was read still lies there, and more. */
  #goesOn(handle: number, size: number): boolean {
    if (this.#read === 0) return true;
    const before = Buffer.alloc(1);
    return size > this.#read && readSync(handle, before, 0, 1, this.#read - 1) === 1 && before[0] === NEWLINE;
  }

  /** Tells whole lines, and at the end one that has none; whether there may be more. */
  #lines(handle: number, size: number, last: boolean): boolean {
    const length = Math.min(CHUNK, size - this.#read);
    if (length <= 0) return false;
    const chunk = Buffer.alloc(length);
    const text = chunk.subarray(0, readSync(handle, chunk, 0, length, this.#read));
    const whole = text.lastIndexOf(NEWLINE) + 1;
    const end = whole === 0 && (last || length === CHUNK) ? text.length : whole;
    this.#read += end;
    for (const line of text.toString('utf8', 0, end).split('\n')) if (line.trim() !== '') this.#tell(line);
    return end > 0;
  }

  #tell(line: string): void {
    const report = readReport(line);
    if (report !== null) {
      const { done, total, unit, note, numbers } = report;
      this.#listener.progress(done, total, unit, note, numbers);
    } else if (!this.#warned) {
      this.#warned = true;
      const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
      this.#listener.warning(`its progress is not written as \`5/40 epochs loss=0.41\` or as JSON: ${shown}`);
    }
  }
}

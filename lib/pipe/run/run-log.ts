import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { ifPossible, makeDirectory } from '../store/atomic.ts';
import { appendFileSync, closeSync, openSync, writeSync } from '../store/disk.ts';
import type { RunEvent } from './event.ts';

/** How many of a task's last lines a failure shows. */
const tailLength = 20;

/** A directory for each run: every event as a line of JSON, and each task's output as it came. */
export class RunLog {
  readonly #directory: string;
  #events: number | null = null;

  /** A log that cannot be written (a full disk, one that is read-only) does not stop the work that it is about. */
  constructor(directory: string) {
    this.#directory = directory;
    ifPossible(() => {
      makeDirectory(directory);
      this.#events = openSync(join(directory, 'events.ndjson'), 'a');
    });
  }

  write(event: RunEvent): void {
    const file = this.#events;
    if (file === null) return;
    ifPossible(() => {
      writeSync(file, `${JSON.stringify(event)}\n`);
    });
  }

  forTask(id: string): TaskLog {
    return new TaskLog(join(this.#directory, `${fileName(id)}.log`));
  }

  close(): void {
    if (this.#events !== null) closeSync(this.#events);
  }
}

let last = 0;

/** Sorts by time: `2026-01-31T12-30-00.123-4567`. No two of a process are the same. */
export function runName(startedAt: number): string {
  last = Math.max(startedAt, last + 1);
  return `${new Date(last).toISOString().replaceAll(':', '-').replace('Z', '')}-${process.pid}`;
}

/** One task's log; the file appears with its first line. */
export class TaskLog {
  readonly path: string;
  readonly #tail: string[] = [];

  constructor(path: string) {
    this.path = path;
  }

  get tail(): readonly string[] {
    return [...this.#tail];
  }

  add(line: string): void {
    ifPossible(() => {
      appendFileSync(this.path, `${line}\n`);
    });
    this.#tail.push(line);
    if (this.#tail.length > tailLength) this.#tail.shift();
  }
}

/** Readable where it can be, and never two tasks to one file. */
function fileName(id: string): string {
  const plain = id.replaceAll(/[^\w@=,.+-]/g, '_');
  if (plain === id && plain.length <= 120) return plain;
  return `${plain.slice(0, 100)}-${digestOf(id).slice(-12)}`;
}

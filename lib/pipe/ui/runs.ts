import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openSync } from '../store/disk.ts';
import { runDirectories } from '../run/past-runs.ts';
import type { RunEvent } from '../run/event.ts';
import { runLockPath, runsPath, type Layout } from '../store/layout.ts';
import { holderOf } from '../store/project-lock.ts';
import { pageEvent } from './page-event.ts';
import type { Holder, PageEvent, RunView } from './protocol.ts';

/** Bytes at the ends of a file in which its first and last event lie. */
const HEAD = 64_000;
const END = 4_000;

/** The runs on record, and the one that goes on. */
export class Runs {
  readonly layout: Layout;
  readonly #ended = new Map<string, RunView>();

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /** Null for a name of no run; what is asked for never becomes a path by itself. */
  file(run: string): string | null {
    const directory = runDirectories(runsPath(this.layout)).find((path) => basename(path) === run);
    return directory === undefined ? null : join(directory, 'events.ndjson');
  }

  newest(): string | null {
    const [first] = runDirectories(runsPath(this.layout));
    return first === undefined ? null : basename(first);
  }

  holder(): Holder | null {
    const holder = holderOf(runLockPath(this.layout.project));
    if (holder === null) return null;
    const newest = this.newest();
    // A run's name ends with its process; one that ended before may have had the same number.
    const mine = newest?.endsWith(`-${holder.pid}`) === true && this.view(newest).end === null;
    return { pid: holder.pid, run: mine ? newest : null };
  }

  /** Newest first. */
  list(most: number): RunView[] {
    return runDirectories(runsPath(this.layout))
      .slice(0, most)
      .map((path) => this.view(basename(path)));
  }

  view(run: string): RunView {
    const known = this.#ended.get(run);
    if (known !== undefined) return known;
    const file = join(runsPath(this.layout), run, 'events.ndjson');
    const [first, last] = endsOf(file).map((line) => eventIn(line));
    const view: RunView = {
      run,
      head: first?.type === 'head' ? first.head : null,
      end: last?.type === 'end' ? last.end : null,
    };
    if (view.end !== null) this.#ended.set(run, view);
    return view;
  }
}

function eventIn(line: string): PageEvent | null {
  try {
    return pageEvent(JSON.parse(line) as RunEvent, (id) => id);
  } catch {
    return null;
  }
}

/** The first and the last whole line. */
function endsOf(file: string): [string, string] {
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return ['', ''];
  }
  try {
    const { size } = fstatSync(descriptor);
    const read = (from: number, length: number): string => {
      const bytes = Buffer.alloc(Math.min(length, size - from));
      readSync(descriptor, bytes, 0, bytes.length, from);
      return bytes.toString();
    };
    const [first = ''] = read(0, HEAD).split('\n', 1);
    const end = read(Math.max(0, size - END), END);
    const whole = end.slice(0, end.lastIndexOf('\n'));
    return [first, whole.slice(whole.lastIndexOf('\n') + 1)];
  } finally {
    closeSync(descriptor);
  }
}

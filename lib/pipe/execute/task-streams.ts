import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Lines } from './child.ts';
import type { TaskListener } from './executor.ts';

/** A key that nobody can guess. */
export function newKey(): string {
  return randomUUID();
}

type Name = 'out' | 'err';

/**
 * What a process that runs one task after another prints. At each task's end it writes a mark to both its
 * streams, so that all before it is known to belong to that task: `\0end <key>\0`, where a word or two on how
 * the task ended may stand before the last byte. The key is made for this task and told the process alone, so
 * that nothing that the task prints can be taken for the mark.
 */
export class TaskStreams {
  #current: Record<Name, Stream> | null = null;

  constructor(streams: { readonly out: Readable; readonly err: Readable }) {
    for (const name of ['out', 'err'] as const) {
      streams[name].setEncoding('utf8').on('data', (text: string) => {
        this.#current?.[name].add(text);
      });
    }
  }

  /** From now on what comes is that of the task with this key; `ended` is called once, with what its marks said, when all has come. */
  begin(key: string, listener: TaskListener, ended: (notes: Readonly<Record<Name, string>>) => void): void {
    const notes: Partial<Record<Name, string>> = {};
    const stream = (name: Name) =>
      new Stream(
        key,
        (line) => {
          listener.log(name, line);
        },
        (note) => {
          notes[name] = note;
          if (notes.out !== undefined && notes.err !== undefined) ended({ out: notes.out, err: notes.err });
        },
      );
    this.#current = { out: stream('out'), err: stream('err') };
  }

  /** Nothing more will come. */
  cut(): void {
    this.#current?.out.cut();
    this.#current?.err.cut();
    this.#current = null;
  }
}

/** One of the streams, during one task. */
class Stream {
  readonly #mark: string;
  readonly #lines: Lines;
  readonly #ended: (note: string) => void;
  /** What may be the beginning of a mark. */
  #held = '';
  #over = false;

  constructor(key: string, line: (text: string) => void, ended: (note: string) => void) {
    this.#mark = `\0end ${key}`;
    this.#lines = new Lines(line);
    this.#ended = ended;
  }

  add(text: string): void {
    if (this.#over) return;
    const whole = this.#held + text;
    const begin = this.#beginOfMark(whole);
    this.#lines.add(whole.slice(0, begin));
    this.#held = whole.slice(begin);
    const end = this.#held.indexOf('\0', this.#mark.length);
    if (end < 0) return;
    const note = this.#held.slice(this.#mark.length, end).trim();
    this.#held = '';
    this.cut();
    this.#ended(note);
  }

  cut(): void {
    if (this.#over) return;
    this.#over = true;
    this.#lines.add(this.#held);
    this.#lines.end();
  }

  /** Where a mark begins, or may begin if more comes. */
  #beginOfMark(whole: string): number {
    const { length } = this.#mark;
    // The mark as a whole is looked for: who prints bytes of zero by the million has nearly one at each.
    for (let at = whole.indexOf(this.#mark); at >= 0; at = whole.indexOf(this.#mark, at + 1))
      if (/^[\0 ]?$/.test(whole.charAt(at + length))) return at;
    const tail = Math.max(0, whole.length - length + 1);
    for (let at = whole.indexOf('\0', tail); at >= 0; at = whole.indexOf('\0', at + 1))
      if (this.#mark.startsWith(whole.slice(at))) return at;
    return whole.length;
  }
}

import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { Mailbox } from '../remote/mailbox.ts';
import { linesName, revokedName, sealed, unsealed } from './mail.ts';
import { linesFile, parse, type JobLine } from './protocol.ts';

/** Milliseconds between two looks for a message: of a job that talks, and of one that does not. */
const wait = { least: 500, most: 8000 };
/** Milliseconds for which somebody is thought to wait for an element after asking for it. */
const interest = 60_000;

interface Element {
  readonly batch: string;
  readonly element: number;
  readonly key: string;
  /** The message that comes next, and where its lines go. */
  next: number;
  offset: number;
  due: number;
  wait: number;
  wantedAt: number;
  /** When it was last seen that there is no further message; 0: never. */
  seenAt: number;
  revoking: 'no' | 'asked' | 'said';
  revoked: boolean;
  /** What was brought before, and said to be done: whether it is has still to be seen. */
  unseen: readonly Digest[];
}

/** What the mirror has of the driver. */
export interface MirrorParts {
  readonly mailbox: Mailbox;
  readonly folderOf: (batch: string) => string;
  /** Whether the remote cache has the entry of an action; null when that cannot be known now. */
  readonly knows: (fingerprint: Digest) => Promise<boolean | null>;
  /** Writes the line of an element that will never begin; false when it has lines. */
  readonly markRevoked: (batch: string, element: number) => void;
}

/**
 * Lays what jobs say in messages into the files that they would write themselves if they could, beside all else that goes
 * on. Message by message the bytes and their place are the same for whoever does it: two drivers do no harm.
 */
export class Mirror {
  /** Actions whose entries are there. */
  readonly committed = new Set<Digest>();
  readonly #parts: MirrorParts;
  readonly #elements = new Map<string, Element>();
  #going = false;
  #closed = false;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  watch(batch: string, element: number, key: string): void {
    const known = this.#element(batch, element, key);
    known.wantedAt = Date.now();
    if (!this.#going) void this.#go();
  }

  /** Keeps an element from beginning; true once it is certain that it never will. */
  revoke(batch: string, element: number, key: string): boolean {
    const known = this.#element(batch, element, key);
    if (known.revoking === 'no') [known.revoking, known.due] = ['asked', 0];
    this.watch(batch, element, key);
    return known.revoked;
  }

  /** Whether all that it wrote before a moment has been brought. */
  settled(batch: string, element: number, since: number): boolean {
    const known = this.#elements.get(`${batch} ${element}`);
    if (known === undefined || known.revoked || known.seenAt > since) return true;
    known.due = Math.min(known.due, Date.now());
    return false;
  }

  close(): void {
    this.#closed = true;
  }

  #element(batch: string, element: number, key: string): Element {
    const name = `${batch} ${element}`;
    const known = this.#elements.get(name);
    if (known !== undefined) return known;
    const now = Date.now();
    const made: Element = {
      ...{ batch, element, key, due: now, wait: wait.least, wantedAt: now, seenAt: 0 },
      ...{ revoking: 'no' as const, ...this.#brought(batch, element) },
    };
    this.#elements.set(name, made);
    return made;
  }

  /** What an earlier driver has brought. */
  #brought(batch: string, element: number): Pick<Element, 'next' | 'offset' | 'revoked' | 'unseen'> {
    const unseen: Digest[] = [];
    const text = textOf(this.#file(batch, element));
    let [next, offset, at, revoked] = [0, 0, 0, false];
    for (const line of text.split('\n').slice(0, -1)) {
      at += Buffer.byteLength(line) + 1;
      const said = parse(line) as JobLine | null;
      if (said?.t === 'mail') [next, offset] = [said.n + 1, at];
      revoked ||= said?.t === 'revoked';
      unseen.push(...doneBy(said));
    }
    return { next, offset, revoked: revoked && next === 0, unseen };
  }

  async #go(): Promise<void> {
    this.#going = true;
    while (!this.#closed) {
      const now = Date.now();
      for (const [name, { wantedAt }] of this.#elements)
        if (now - wantedAt > interest) this.#elements.delete(name);
      if (this.#elements.size === 0) break;
      const due = [...this.#elements.values()].filter((each) => each.due <= now && !each.revoked);
      await Promise.all(due.map((each) => this.#lookIn(each)));
      await sleep(100, undefined, { ref: false });
    }
    this.#going = false;
  }

  /** A disk that is full may have room the next time; a folder that is gone is nobody's concern. */
  async #lookIn(each: Element): Promise<void> {
    try {
      await this.#look(each);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    each.wait = Math.min(wait.most, each.wait * 1.3);
    each.due = Date.now() + each.wait;
  }

  async #look(each: Element): Promise<void> {
    const { mailbox, markRevoked } = this.#parts;
    if (each.revoking === 'asked' && each.next === 0) {
      const name = revokedName(each.key, each.element);
      if (await mailbox.put(name, sealed('revoked', each.key, name))) each.revoking = 'said';
    }
    const saidBefore = each.revoking === 'said';
    const asked = await this.#bring(each);
    // Whoever begins says so first and looks for this message then: one of the two sees the other's.
    if (saidBefore && asked && each.next === 0) {
      each.revoked = true;
      markRevoked(each.batch, each.element);
    }
  }

  /** All messages that there are; false when that cannot be known. */
  async #bring(each: Element): Promise<boolean> {
    if (!(await this.#confirm(each.unseen))) return false;
    each.unseen = [];
    for (;;) {
      const began = Date.now();
      const name = linesName(each.key, each.element, each.next);
      const got = await this.#parts.mailbox.get(name);
      if (got === null) return false;
      const text = got === 'none' ? null : unsealed(got, each.key, name);
      if (text === null) {
        each.seenAt = began;
        return got === 'none';
      }
      const done = text.split('\n').flatMap((line) => doneBy(parse(line) as JobLine | null));
      if (!(await this.#confirm(done))) return false;
      this.#write(each, `${text}${JSON.stringify({ t: 'mail', n: each.next })}\n`);
      each.wait = wait.least;
    }
  }

  /** Sees the entries of what is said to be done, before anybody hears of it. */
  async #confirm(done: readonly Digest[]): Promise<boolean> {
    for (const fingerprint of done) {
      const there = await this.#parts.knows(fingerprint);
      if (there === null) return false;
      if (there) this.committed.add(fingerprint);
    }
    return true;
  }

  #write(each: Element, text: string): void {
    const bytes = Buffer.from(text);
    const file = openSync(this.#file(each.batch, each.element), constants.O_WRONLY | constants.O_CREAT);
    try {
      writeSync(file, bytes, 0, bytes.length, each.offset);
    } finally {
      closeSync(file);
    }
    each.next += 1;
    each.offset += bytes.length;
  }

  #file(batch: string, element: number): string {
    return join(this.#parts.folderOf(batch), linesFile(element));
  }
}

function doneBy(line: JobLine | null): readonly Digest[] {
  return line?.t === 'answer' && line.answer.type === 'done' ? [line.f] : [];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

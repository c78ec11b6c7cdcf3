import { setTimeout as sleep } from 'node:timers/promises';
import type { Mailbox } from '../remote/mailbox.ts';
import { linesName, revokedName, sealed } from './mail.ts';
import type { JobLine } from './protocol.ts';

/** Milliseconds between two messages that tell of nothing but progress, at least; more where much time has passed. */
const least = 1000;
const most = 15_000;
/** Of the time that it has run, the part that may pass until progress is told. */
const part = 20;
/** Milliseconds after which a message that was not taken is sent again. */
const again = 3000;
/** Letters of lines in one message. */
const longest = 1 << 20;

interface Line {
  readonly text: string;
  /** It goes with the next message, which does not wait. */
  readonly urgent: boolean;
}

/** What a job says, in messages: one after another, each of whole lines. */
export class Outbox {
  readonly #mailbox: Mailbox;
  readonly #key: string;
  readonly #element: number;
  /** What is written otherwise there than it is here. */
  readonly #edit: (text: string) => string;
  readonly #began = Date.now();
  #lines: Line[] = [];
  #next = 0;
  /** Its first message, by which it knows its own from that of another start of the same job. */
  #first: Buffer | null = null;
  /** What was sent and not said to be taken: it may have been, so it is sent again as it is. */
  #unsure: readonly [text: string, count: number] | null = null;
  #sentAt = 0;
  #closing = false;
  #sending: Promise<void> | null = null;

  constructor(
    mailbox: Mailbox,
    key: string,
    element: number,
    edit: (text: string) => string = (text) => text,
  ) {
    this.#mailbox = mailbox;
    this.#key = key;
    this.#element = element;
    this.#edit = edit;
  }

  /**
   * Says that it has begun, if nobody has, and nobody has taken it back. A driver that takes it back says so first, and
   * looks for this message then: of the two, one sees the other's. Null: that could not be known.
   */
  async begin(line: JobLine): Promise<boolean | null> {
    const revokes = revokedName(this.#key, this.#element);
    const taken = await this.#mailbox.get(revokes);
    const begun = await this.#mailbox.get(this.#name(0));
    if (taken === null || begun === null) return null;
    if (begun !== 'none' && !this.#isFirst(begun)) return false;
    if (begun === 'none') {
      const name = this.#name(0);
      const text = `${JSON.stringify(taken === 'none' ? line : revokedNow())}\n`;
      this.#first ??= sealed(text, this.#key, name);
      if (!(await this.#mailbox.put(name, this.#first))) return null;
    }
    this.#next = 1;
    if (taken !== 'none') return false;
    const [mine, after] = [await this.#mailbox.get(this.#name(0)), await this.#mailbox.get(revokes)];
    if (mine === null || after === null) return null;
    if (mine === 'none' || !this.#isFirst(mine)) return false;
    if (after === 'none') return true;
    this.say(revokedNow());
    return false;
  }

  #isFirst(message: Buffer): boolean {
    return this.#first?.equals(message) === true;
  }

  say(line: JobLine): void {
    const urgent = !['progress', 'log', 'alive'].includes(line.t);
    this.#lines.push({ text: `${JSON.stringify(line)}\n`, urgent });
    this.#sending ??= this.#send();
  }

  /** Sends what is left, for so many milliseconds at most. */
  async close(patience: number): Promise<void> {
    this.#closing = true;
    const over = new AbortController();
    const enough = sleep(patience, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#sending, enough]);
    over.abort();
  }

  async #send(): Promise<void> {
    while (this.#lines.length > 0) {
      const now = Date.now();
      const wait = Math.min(most, Math.max(least, (now - this.#began) / part));
      const urgent = this.#closing || this.#lines.some((line) => line.urgent);
      if (!urgent && now - this.#sentAt < wait) {
        await sleep(50);
        continue;
      }
      this.#unsure ??= this.#some();
      const [text, count] = this.#unsure;
      if (await this.#put(text)) {
        this.#unsure = null;
        this.#lines.splice(0, count);
        this.#sentAt = Date.now();
      } else await sleep(again);
    }
    this.#sending = null;
  }

  /** As many lines as one message holds, one at least. */
  #some(): readonly [text: string, count: number] {
    let [text, count] = ['', 0];
    for (const line of this.#lines) {
      if (count > 0 && text.length + line.text.length > longest) break;
      text += line.text;
      count += 1;
    }
    return [this.#edit(text), count];
  }

  async #put(text: string): Promise<boolean> {
    const name = this.#name(this.#next);
    const put = await this.#mailbox.put(name, sealed(text, this.#key, name));
    if (put) this.#next += 1;
    return put;
  }

  #name(n: number): string {
    return linesName(this.#key, this.#element, n);
  }
}

function revokedNow(): JobLine {
  return { t: 'revoked', at: Date.now() };
}

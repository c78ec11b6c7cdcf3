import { setTimeout as sleep } from 'node:timers/promises';
import type { Got } from './object-store.ts';
import { Slots } from './slots.ts';
import { mayPass, type Doing, type TellTrouble, type Trouble } from './trouble.ts';

/** Transfers at a time. */
const mostAtOnce = 8;
const mostTries = 3;
/** Milliseconds before the second try; before the third, four times that. */
const firstPause = 200;
/** Failures one after another by which a server counts as away. */
const mostFailures = 3;

/** How one exchange is made within a bound of its own. */
type Exchange<T> = (signal: AbortSignal) => Promise<Got<T>>;

/**
 * Asks a remote cache so that it can never hold anything up for long: few at once, again when that may help, and no
 * more at all once it has shown that it is away. What goes wrong is told once.
 */
export class Courier {
  readonly #slots = new Slots(mostAtOnce);
  readonly #signal: AbortSignal;
  readonly #tell: TellTrouble;
  readonly #patient: boolean;
  readonly #told = new Set<string>();
  readonly #stopped: Record<Doing, boolean> = { read: false, write: false };
  readonly #failures: Record<Doing, number> = { read: 0, write: 0 };

  /** `patient`: for those who cannot do without it, and ask again later however often it failed. */
  constructor(signal: AbortSignal, tell: TellTrouble, patient = false) {
    this.#signal = signal;
    this.#tell = tell;
    this.#patient = patient;
  }

  stopped(doing: Doing): boolean {
    return this.#stopped[doing] || this.#signal.aborted;
  }

  /** What was asked for, or null: it is not there, or could not be had, which was told then. */
  async ask<T>(doing: Doing, exchange: Exchange<T>, limit: Limit | null = null): Promise<T | null> {
    const got = await this.#slots.within(() => this.#again(doing, exchange, limit));
    if (got.type === 'got') {
      this.#failures[doing] = 0;
      return got.value;
    }
    if (got.type === 'failed') this.note(got.trouble, doing);
    return null;
  }

  /** Says what is wrong, and takes it into account. */
  note(trouble: Trouble, doing: Doing): void {
    // What is broken off by those who asked is no fault of the server.
    if (this.stopped(doing)) return;
    this.#failures[doing] += weight(trouble);
    this.#stopped[doing] = !this.#patient && this.#failures[doing] >= mostFailures;
    const key = ofOneFile(trouble) ? JSON.stringify(trouble) : `${doing} ${trouble.reason}`;
    if (this.#told.has(key) && !this.#stopped[doing]) return;
    this.#told.add(key);
    this.#tell(trouble, doing, this.#stopped[doing]);
  }

  async #again<T>(doing: Doing, exchange: Exchange<T>, limit: Limit | null): Promise<Got<T>> {
    for (let attempt = 1; ; attempt++) {
      if (this.stopped(doing)) return { type: 'missing' };
      const signal = limit === null ? this.#signal : AbortSignal.any([this.#signal, limit.signal]);
      const got = await exchange(signal);
      if (got.type !== 'failed') return got;
      if (limit?.signal.aborted === true)
        return { type: 'failed', trouble: { reason: 'slow', seconds: limit.seconds } };
      if (attempt === mostTries || !mayPass(got.trouble)) return got;
      await pause(firstPause * 4 ** (attempt - 1) * (0.5 + Math.random()), signal);
    }
  }
}

/** A time after which something is of no use any more. */
export interface Limit {
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export function limitOf(seconds: number): Limit {
  return { seconds: Math.round(seconds), signal: AbortSignal.timeout(Math.ceil(seconds * 1000)) };
}

/** One of `mostFailures` for what may be chance; all of them for what will be the same next time, or costs much to try. */
function weight({ reason }: Trouble): number {
  switch (reason) {
    case 'too-large':
    case 'mismatch':
    case 'malformed':
    case 'blob-missing':
      return 0;
    case 'cut-off':
    case 'answered':
    case 'slow':
      return 1;
    case 'denied':
    case 'no-credentials':
    case 'unreachable':
    case 'certificate':
    case 'stalled':
    case 'full':
    case 'redirected':
      return mostFailures;
  }
}

/** Worth being said each time. */
function ofOneFile({ reason }: Trouble): boolean {
  return reason === 'mismatch' || reason === 'malformed';
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

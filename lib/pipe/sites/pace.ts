import type { World } from './world.ts';

/** Milliseconds: after the last of a row of orders, and after the first of it, when they are submitted. */
const settling = { last: 200, first: 2000 };
const files = { least: 300, most: 3000 };
const states = { least: 5000, most: 60_000 };

/** How often files are looked at and the engine is asked: often while things happen, and seldom while they do not. */
export class Pace {
  readonly #world: World;
  #files = files.least;
  #states = states.least;
  #nextStates = 0;
  #asked: { first: number; last: number } | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  asked(): void {
    const now = this.#world.now();
    this.#asked = { first: this.#asked?.first ?? now, last: now };
  }

  /** Whether what was asked so far is to be submitted, without waiting for more. */
  settled(): boolean {
    if (this.#asked === null) return true;
    const now = this.#world.now();
    if (now - this.#asked.last < settling.last && now - this.#asked.first < settling.first) return false;
    this.#asked = null;
    return true;
  }

  changed(): void {
    this.#files = files.least;
  }

  /** Something happened to a job that the engine may tell more of. */
  stirred(): void {
    this.#states = states.least;
  }

  /** Whether it is time to ask the engine; then the next time is set. */
  statesDue(soon: boolean): boolean {
    const now = this.#world.now();
    if (now < this.#nextStates && !soon) return false;
    this.#nextStates =
      now + (soon ? 1000 : this.#states * (0.9 + 0.2 * this.#world.chance()) + states.least * 0.1);
    this.#states = Math.min(states.most, this.#states * 1.5);
    return true;
  }

  /** Milliseconds until something is to be looked at. */
  next(soonest: number): number {
    const wait = this.#files;
    this.#files = Math.min(files.most, this.#files * 1.3);
    const now = this.#world.now();
    const asked = this.#asked === null ? Infinity : settling.last;
    return Math.max(20, Math.min(wait, asked, soonest > now ? soonest - now : Infinity));
  }
}

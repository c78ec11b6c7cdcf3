import type { Batches } from './known-batches.ts';
import type { World } from './world.ts';

/** Milliseconds: between calls that were not heard, and for all of it. */
const again = 2000;
const patience = 60_000;

/** Takes jobs back: one call for all, and those that have not begun are kept from it by their files. */
export class Cancelling {
  readonly #world: World;
  readonly #batches: Batches;
  #next = 0;
  #begun: number | null = null;
  #revoked = false;

  constructor(world: World, batches: Batches) {
    this.#world = world;
    this.#batches = batches;
  }

  /** `all`: those that run, too. */
  async turn(all: boolean): Promise<void> {
    const now = this.#world.now();
    if (all) this.#begun ??= now;
    if (!this.#revoked) this.#revoke(now);
    this.#revoked = true;
    if (now < this.#next) return;
    const batches = this.#batches
      .live()
      .filter(
        ({ own, jobs, cancelled }) => own && !cancelled && jobs.some(({ overAt }) => overAt === null || !all),
      );
    const ids = batches.flatMap(({ id, name }) => id ?? `name:${name}`);
    if (ids.length === 0) return;
    this.#next = now + again;
    const heard = await this.#world.queue.cancel(ids, !all);
    if (!heard) return;
    if (all) for (const batch of batches) batch.cancelled = true;
    else this.#next = Infinity;
  }

  #revoke(now: number): void {
    for (const { own, name, jobs } of this.#batches.live()) {
      if (!own) continue;
      for (const job of jobs) {
        if (job.begun !== null || job.overAt !== null) continue;
        job.revoked = this.#world.folders.revoke(name, job.element, now);
        if (job.revoked) job.overAt = now;
      }
    }
  }

  /** Whether nothing of its own runs any more, or it was waited for long enough. */
  over(): boolean {
    if (this.#world.now() - (this.#begun ?? 0) > patience) return true;
    const own = this.#batches.live().filter((batch) => batch.own);
    return own.every(({ jobs }) => jobs.every(({ overAt }) => overAt !== null));
  }
}

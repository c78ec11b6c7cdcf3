import type { Batch } from './job.ts';
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
  /** Those that are its own, which others may have let go of by the time that the engine hears. */
  readonly #own = new Set<Batch>();

  constructor(world: World, batches: Batches) {
    this.#world = world;
    this.#batches = batches;
  }

  /** `all`: those that run, too. */
  async turn(all: boolean): Promise<void> {
    const now = this.#world.now();
    if (all) this.#begun ??= now;
    for (const batch of this.#batches.live()) if (batch.own) this.#own.add(batch);
    if (!this.#revoked) this.#revoke(now);
    this.#revoked = true;
    if (now < this.#next) return;
    const batches = [...this.#own].filter((batch) => !batch.cancelled && (!all || mayStand(batch)));
    const ids = batches.flatMap(({ id, name }) => id ?? `name:${name}`);
    if (ids.length === 0) return;
    this.#next = now + again;
    const heard = await this.#world.queue.cancel(ids, !all);
    if (!heard) return;
    if (all) for (const batch of batches) batch.cancelled = true;
    else this.#next = Infinity;
  }

  #revoke(now: number): void {
    for (const { name, jobs } of this.#own) {
      for (const job of jobs) {
        if (job.begun !== null || job.overAt !== null) continue;
        job.revoked = this.#world.folders.revoke(name, job.element, now);
        if (job.revoked) job.overAt = now;
      }
    }
  }

  /** Whether nothing of its own runs any more, or it was waited for long enough. */
  over(): boolean {
    // A turn that was under way when it was told to stop has taken nothing back yet.
    if (this.#begun === null) return false;
    if (this.#world.now() - this.#begun > patience) return true;
    return [...this.#own].every(
      (batch) => (batch.cancelled || !mayStand(batch)) && batch.jobs.every(({ overAt }) => overAt !== null),
    );
  }
}

/** Whether the engine may have a job of it: one that was taken back by its file would only begin to end. */
function mayStand({ jobs }: Batch): boolean {
  return jobs.some(({ overAt, revoked }) => overAt === null || revoked);
}

import type { Digest } from '../digest.ts';
import { Job, type Batch } from './job.ts';
import { readBatch, type TaskLine } from './protocol.ts';
import type { World } from './world.ts';

/** Milliseconds for which the folders of batches that did not end well are kept, to be looked at. */
const kept = 7 * 24 * 3_600_000;

/** Batches that this driver has to do with: its own, those of drivers that are gone, and those of others. */
export class Batches {
  readonly #world: World;
  readonly #known = new Map<string, Batch>();
  readonly #looked = new Set<string>();
  /** Of batches that were there before this driver or are not its own: by action, in which. */
  readonly #others = new Map<Digest, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Those of which something may still come, and that somebody here waits for. */
  live(): readonly Batch[] {
    return [...this.#known.values()];
  }

  /** One of its own. */
  add(batch: Batch): void {
    this.#looked.add(batch.name);
    this.#known.set(batch.name, batch);
  }

  /** The job of another driver, or of one that is gone, that may answer for an action. */
  jobFor(fingerprint: Digest): Job | null {
    const name = this.#others.get(fingerprint);
    if (name === undefined) return null;
    const batch = this.#known.get(name) ?? this.#load(name);
    const job = batch?.jobs.find(({ tasks }) => tasks.has(fingerprint));
    if (job?.mayAnswer(fingerprint) === true) return job;
    this.#others.delete(fingerprint);
    return null;
  }

  /** Looks for batches of others. */
  refresh(): void {
    for (const name of this.#world.folders.names()) {
      if (this.#looked.has(name)) continue;
      const read = this.#readBatch(name);
      // Half written: looked at again.
      if (read === null) continue;
      this.#looked.add(name);
      const { head, tasks } = read;
      if (this.#world.now() - head.at > kept && this.#world.isGone(head.driver)) {
        this.#world.folders.remove(name);
        continue;
      }
      for (const { fingerprint } of tasks) this.#others.set(fingerprint, name);
    }
  }

  #load(name: string): Batch | null {
    const read = this.#readBatch(name);
    if (read === null) return null;
    const { head, tasks, job: id } = read;
    const own = this.#world.isGone(head.driver);
    const now = this.#world.now();
    const batch: Batch = {
      ...{ name, id, own, needs: head.needs, submittedAt: head.at, jobs: [], cancelled: false },
    };
    for (const [element, lines] of byElement(tasks, head.jobs))
      batch.jobs.push(new Job(batch, element, lines, now));
    this.#readAll(batch, now);
    this.#known.set(name, batch);
    return batch;
  }

  #readBatch(name: string): ReturnType<typeof readBatch> {
    const text = this.#world.folders.read(name);
    return text === null ? null : readBatch(text);
  }

  /** Whether a job of its own has said all that it had to say, and is about to end. */
  anyEnding(): boolean {
    return this.live().some(
      ({ own, jobs }) =>
        own && jobs.every(({ answered, left, tasks }) => answered.size + left.size === tasks.size),
    );
  }

  /** What it said so far, of which nobody has heard. */
  #readAll(batch: Batch, now: number): void {
    const { folders } = this.#world;
    const sizes = folders.sizes(
      batch.name,
      batch.jobs.map(({ element }) => element),
    );
    for (const job of batch.jobs) {
      for (const line of job.read(folders, sizes.get(job.element) ?? 0, now)) {
        if (!('f' in line)) continue;
        const lines = job.unheard.get(line.f) ?? [];
        lines.push(line);
        job.unheard.set(line.f, lines);
      }
    }
  }

  /** Forgets a batch that is over; its folder goes when there is nothing to be looked at in it. */
  tidy(batch: Batch): void {
    const { jobs, own, name } = batch;
    if (!jobs.every(({ concluded }) => concluded)) return;
    this.#known.delete(name);
    if (own && jobs.every(endedWell)) this.#world.folders.remove(name);
  }
}

function endedWell(job: Job): boolean {
  return job.ended && [...job.answered.values()].every(({ type }) => type === 'done');
}

function byElement(tasks: readonly TaskLine[], count: number): Map<number, TaskLine[]> {
  const elements = new Map<number, TaskLine[]>(Array.from({ length: count }, (_, index) => [index, []]));
  for (const task of tasks) elements.get(task.element)?.push(task);
  return elements;
}

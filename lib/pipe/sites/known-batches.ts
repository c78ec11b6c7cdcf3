import type { Digest } from '../digest.ts';
import { Job, type Batch } from './job.ts';
import { readBatch, type JobLine, type TaskLine } from './protocol.ts';
import type { World } from './world.ts';

/** Milliseconds for which the folders of batches that did not end well are kept, to be looked at. */
const kept = 7 * 24 * 3_600_000;

/** Batches that this driver has to do with: its own, those of drivers that are gone, and those of others. */
export class Batches {
  readonly #world: World;
  readonly #known = new Map<string, Batch>();
  readonly #made = new Map<Digest, Job>();
  readonly #looked = new Set<string>();
  readonly #mine = new Set<string>();
  /** Nothing more comes of these. */
  readonly #over = new Set<string>();
  /**
   * Of batches that were there before this driver or are not its own: by action, in which. And of all, by links of
   * chains and the actions that they turned out to be.
   */
  readonly #others = new Map<Digest, readonly string[]>();

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
    this.#mine.add(batch.name);
    this.#known.set(batch.name, batch);
  }

  /** Whether this driver submitted it: what an earlier one's jobs said is no answer to it. */
  isMine({ batch }: Job): boolean {
    return this.#mine.has(batch.name);
  }

  /** Its jobs have chains. */
  promise(name: string, lines: readonly TaskLine[]): void {
    for (const { chain = [] } of lines) for (const { open } of chain) this.#mayBe(open, name);
  }

  /** A job named the action of a link. */
  named({ f }: Extract<JobLine, { t: 'next' }>, { name }: Batch): void {
    this.#mayBe(f, name);
  }

  /**
   * The job of another driver, or of one that is gone, that may answer for an action; or any that comes to it in a chain,
   * as far as is known yet (`open`).
   */
  jobFor(fingerprint: Digest, open: Digest | null): Job | null {
    const answering = this.#jobWith(fingerprint, (job) => job.mayAnswer(fingerprint));
    if (answering !== null || open === null) return answering;
    return this.#jobWith(open, (job) => job.mayAnswer(fingerprint) || job.promises(open));
  }

  /** Whether a job that goes on says that it is done. */
  isMade(fingerprint: Digest): boolean {
    return this.#made.get(fingerprint)?.goesOnAfter(fingerprint) === true;
  }

  /** It says so of a task for which nobody asked. */
  made(fingerprint: Digest, job: Job): void {
    this.#made.set(fingerprint, job);
  }

  #jobWith(key: Digest, may: (job: Job) => boolean): Job | null {
    for (const name of this.#others.get(key) ?? []) {
      const batch = this.#over.has(name) ? null : (this.#known.get(name) ?? this.#load(name));
      const job = batch?.jobs.find(may);
      if (job !== undefined) return job;
    }
    this.#others.delete(key);
    return null;
  }

  /** What is to be done there may be done elsewhere by now: a job may leave it to another. */
  #mayBe(key: Digest, name: string): void {
    const names = this.#others.get(key) ?? [];
    if (!names.includes(name)) this.#others.set(key, [...names, name]);
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
      for (const { fingerprint } of tasks) this.#mayBe(fingerprint, name);
      this.promise(name, tasks);
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
        if (line.t === 'next') this.named(line, batch);
        if (line.t === 'answer') this.made(line.f, job);
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
    this.#over.add(name);
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

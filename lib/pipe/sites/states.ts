import type { DeskRules } from './ask.ts';
import type { Batch, Job } from './job.ts';
import type { Pace } from './pace.ts';
import { HEARTBEAT } from './protocol.ts';
import { isOver, type JobState } from './queue.ts';
import type { World } from './world.ts';

/** Milliseconds without a word after which a job that runs is told of. */
const silence = 300_000;
/** Calls in vain before that is told. */
const mostFailures = 3;

/** What the engine says of jobs. It is asked of all at once, and that it says nothing proves nothing. */
export class States {
  readonly #world: World;
  readonly #rules: DeskRules;
  readonly #pace: Pace;
  readonly #silent = new Set<Job>();
  #failures = 0;

  constructor(world: World, rules: DeskRules, pace: Pace) {
    this.#world = world;
    this.#rules = rules;
    this.#pace = pace;
  }

  async turn(live: readonly Batch[], soon: boolean): Promise<void> {
    const waits = live.filter(({ jobs }) =>
      jobs.some(({ concluded, overAt }) => !concluded && overAt === null),
    );
    if (waits.length === 0 || !this.#pace.statesDue(soon)) return;
    const asked = new Map(waits.map(({ name, id }) => [name, id]));
    const states = await this.#world.queue.states(asked);
    if (states === null) {
      this.#failures += 1;
      if (this.#failures === mostFailures)
        this.#rules.tell(`${this.#rules.site} does not answer; jobs go on, and are asked for again`);
      return;
    }
    if (this.#failures >= mostFailures) this.#rules.tell(`${this.#rules.site} answers again`);
    this.#failures = 0;
    const rows = new Map(states.map((state) => [`${state.batch} ${state.index}`, state]));
    for (const batch of waits) this.#note(batch, rows);
  }

  #note(batch: Batch, rows: ReadonlyMap<string, JobState>): void {
    const now = this.#world.now();
    for (const job of batch.jobs) {
      if (job.concluded || job.overAt !== null) continue;
      const row = rows.get(`${batch.name} ${job.element}`);
      if (row === undefined) this.#miss(job, now);
      else this.#see(job, row, now);
    }
  }

  #see(job: Job, row: JobState, now: number): void {
    const { batch } = job;
    if (batch.id === null) {
      batch.id = row.id;
      if (batch.own) this.#world.folders.append(batch.name, `${JSON.stringify({ job: row.id })}\n`);
    }
    job.missed = 0;
    if (row.state !== job.state) this.#pace.stirred();
    job.state = row.state;
    job.reason = row.reason;
    if (row.node !== '') job.node = row.node;
    if (isOver(row.state)) job.overAt = now;
    else this.#listenTo(job, now);
  }

  #listenTo(job: Job, now: number): void {
    if (job.begun === null || now - job.heardAt < silence || this.#silent.has(job)) return;
    this.#silent.add(job);
    const minutes = Math.round((now - job.heardAt) / 60_000);
    this.#rules.tell(
      `nothing was heard of job ${job.name} on ${job.node} for ${minutes} minutes, and ${this.#rules.site} says ${job.state}`,
    );
  }

  /** Forgotten, or never heard of: twice, and long enough after it was submitted; one that speaks lives. */
  #miss(job: Job, now: number): void {
    job.missed += 1;
    if (job.missed === 1) this.#pace.stirred();
    if (job.missed >= 2 && job.batch.cancelled) {
      // An engine that forgets what is over need not be waited for longer.
      job.state = 'CANCELLED';
      job.overAt = now;
      return;
    }
    if (job.missed < 2 || now - job.batch.submittedAt < this.#rules.sure) return;
    if (job.begun !== null && now - job.heardAt < 3000 * HEARTBEAT) return;
    job.state = 'FORGOTTEN';
    job.overAt = now;
  }
}

import type { Digest } from '../digest.ts';
import { mostLosses, type Ask, type DeskRules, type End } from './ask.ts';
import type { Durations } from './durations.ts';
import type { Job } from './job.ts';
import type { Batches } from './known-batches.ts';
import { stepUp } from './needs.ts';
import type { Pace } from './pace.ts';
import { lostFailure, verdictOn } from './verdict.ts';
import type { World } from './world.ts';

/** What of the driver it has to do with. */
interface OfDesk {
  readonly world: World;
  readonly rules: DeskRules;
  readonly batches: Batches;
  readonly durations: Durations;
  readonly pace: Pace;
  readonly asks: ReadonlyMap<Digest, Ask>;
  readonly waiting: Ask[];
  readonly mode: string;
  end(ask: Ask, end: End): void;
}

/** What becomes of jobs that are over, and of tasks for which they have given no answer. */
export class Endings {
  readonly #desk: OfDesk;

  constructor(desk: OfDesk) {
    this.#desk = desk;
  }

  /** Lets go of jobs of which nothing runs, once what they wrote must have come to be seen. */
  turn(): void {
    const now = this.#desk.world.now();
    for (const batch of this.#desk.batches.live()) {
      for (const job of batch.jobs) {
        if (job.concluded || job.overAt === null || this.#speaks(job)) continue;
        const all = job.answered.size + job.left.size === job.tasks.size;
        const grace = this.#desk.mode === 'cancelling' || (job.ended && all) ? 0 : this.#desk.rules.patience;
        if (now - job.overAt < grace) continue;
        const whole = job.ended || job.revoked;
        if (!whole && !this.#desk.world.folders.settled(job.batch.name, job.element, job.overAt)) continue;
        if (job.begun === null && !job.ended && !this.#owned(job, now)) continue;
        job.concluded = true;
        this.#desk.pace.changed();
        this.#concludeTasks(job);
      }
      this.#desk.batches.tidy(batch);
    }
  }

  /** One that was given up for forgotten, and was heard of since, runs. */
  #speaks(job: Job): boolean {
    if (job.state !== 'FORGOTTEN' || job.ended || job.revoked || job.heardAt <= job.overAt!) return false;
    job.overAt = null;
    job.missed = 0;
    job.state = 'RUNNING';
    return true;
  }

  /** Makes sure that a job which nobody saw begin never will; otherwise it is one that has begun, unseen. */
  #owned(job: Job, now: number): boolean {
    if (job.revoked || (job.state !== 'FORGOTTEN' && job.state !== 'PENDING')) return true;
    // Of another driver: not ours to end. Its own driver will, or is gone and then it is ours.
    if (!job.batch.own) return true;
    job.revoked = this.#desk.world.folders.revoke(job.batch.name, job.element, now);
    if (job.revoked) return true;
    job.overAt = null;
    job.missed = 0;
    job.heardAt = now;
    return false;
  }

  #concludeTasks(job: Job): void {
    let tail: readonly string[] | null = null;
    for (const fingerprint of [...job.tasks.keys(), ...job.hoped.values()]) {
      const ask = this.#desk.asks.get(fingerprint);
      if (ask?.job !== job || ask.doneAt !== null) continue;
      this.#desk.durations.over(ask);
      if (this.#desk.world.committed(fingerprint)) {
        this.#desk.end(ask, { type: 'committed' });
        continue;
      }
      tail ??= this.#desk.world.folders.logTail(job.batch.name, job.element);
      const verdict = verdictOn(fingerprint, job, tail);
      if (verdict.type === 'again') this.wait(ask);
      else if (verdict.type === 'failed') {
        this.#desk.end(ask, { type: 'answered', answer: verdict.failure });
      } else if (verdict.type === 'more') {
        const steps = stepUp(ask.order.wishes, ask.steps, verdict.of);
        if (steps === null) this.#desk.end(ask, { type: 'answered', answer: verdict.failure });
        else {
          ask.steps = steps;
          this.#repeat(ask, job);
        }
      } else this.again(ask, job, job.state, verdict.avoid, tail);
    }
  }

  again(ask: Ask, job: Job, state: string, avoid: string | null, tail: readonly string[] = []): void {
    // Whether it was taken is not known of a job that nobody saw: that is no loss, as long as it does not go on.
    ask.losses += 1;
    if (ask.losses > mostLosses) {
      const answer = job.answered.get(ask.order.fingerprint);
      const other = answer?.type === 'other-toolchain' ? answer : lostFailure(job, state, ask.losses, tail);
      this.#desk.end(ask, { type: 'answered', answer: other });
      return;
    }
    if (avoid !== null && !ask.exclude.includes(avoid)) ask.exclude = [...ask.exclude, avoid].sort();
    this.#repeat(ask, job, state);
  }

  #repeat(ask: Ask, job: Job, state = job.state): void {
    if (this.#desk.mode === 'working') ask.listener.lost(job.name, state);
    this.wait(ask);
  }

  wait(ask: Ask): void {
    ask.job = null;
    this.#desk.waiting.push(ask);
    this.#desk.pace.asked();
  }
}

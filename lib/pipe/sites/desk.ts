import type { Digest } from '../digest.ts';
import { mostLosses, type Ask, type DeskRules, type End, type Order, type OrderListener } from './ask.ts';
import { Durations } from './durations.ts';
import { Endings } from './endings.ts';
import type { Job } from './job.ts';
import { NO_STEPS } from './needs.ts';
import type { JobLine } from './protocol.ts';
import { Cancelling } from './cancel.ts';
import { Batches } from './known-batches.ts';
import { Pace } from './pace.ts';
import { States } from './states.ts';
import { submitAll } from './submit.ts';
import type { World } from './world.ts';

/** What becomes of orders that no job has, and of jobs. */
export type Mode = 'working' | 'draining' | 'cancelling' | 'leaving';

/**
 * The driver: has orders carried out by jobs of an engine, and holds nothing that another driver could not find out: what
 * is in the store is done, what runs is found by its folder, and the rest is submitted.
 */
export class Desk {
  readonly world: World;
  readonly rules: DeskRules;
  readonly batches: Batches;
  readonly durations: Durations;
  readonly asks = new Map<Digest, Ask>();
  /** Jobs of its own that said how a link of a chain ended, and not well, before anybody asked for it. */
  readonly early = new Map<Digest, Job>();
  waiting: Ask[] = [];
  mode: Mode = 'working';
  readonly #ends = new Map<Digest, Promise<End>>();
  readonly #states: States;
  readonly pace: Pace;
  readonly #cancelling: Cancelling;
  readonly #endings: Endings;
  #wake: () => void = () => undefined;
  #going: Promise<void> | null = null;
  #crashed: ((error: unknown) => void)[] = [];

  constructor(world: World, rules: DeskRules) {
    this.world = world;
    this.rules = rules;
    this.batches = new Batches(world);
    this.durations = new Durations(rules.history, rules.target);
    this.pace = new Pace(world);
    this.#states = new States(world, rules, this.pace);
    this.#cancelling = new Cancelling(world, this.batches);
    this.#endings = new Endings(this);
  }

  /** Resolves when it is done, whoever did it. */
  carryOut(order: Order, listener: OrderListener): Promise<End> {
    const known = this.#ends.get(order.fingerprint);
    if (known !== undefined) return known;
    const end = new Promise<End>((resolve, reject) => {
      if (this.mode !== 'working' && this.mode !== 'leaving') {
        resolve({ type: 'left' });
        return;
      }
      const bytes = (JSON.stringify(order.ticket).length + 300) * (1 + (order.chain?.length ?? 0));
      const ask: Ask = {
        ...{ order, listener, resolve, bytes, job: null, steps: NO_STEPS, losses: 0, exclude: [] },
        ...{ notBefore: 0, doneAt: null },
      };
      this.asks.set(order.fingerprint, ask);
      this.waiting.push(ask);
      this.#crashed.push(reject);
      this.pace.asked();
      this.#wake();
      this.#going ??= this.#go();
    });
    this.#ends.set(order.fingerprint, end);
    return end;
  }

  /** No more jobs: those that wait are taken back, those that run go on to their end. */
  drain(): void {
    if (this.mode === 'working') this.#change('draining');
  }

  /** Ends all jobs that are its own; resolves when nothing of them runs. */
  async cancel(): Promise<void> {
    this.#change('cancelling');
    this.#going ??= this.#go();
    await this.#going;
  }

  /** Lets go of jobs that have nothing more to do, so that their folders go. */
  async close(): Promise<void> {
    for (let turn = 0; turn < 10 && this.mode === 'working' && this.batches.anyEnding(); turn++) {
      this.#read();
      this.#endings.turn();
      await this.world.pause(200, new Promise(() => undefined));
    }
  }

  /** Submits what can be, and goes away. */
  leave(): void {
    this.#change('leaving');
  }

  #change(mode: Mode): void {
    this.mode = mode;
    this.#wake();
  }

  async #go(): Promise<void> {
    try {
      this.batches.refresh();
      while (this.asks.size > 0 || this.mode === 'cancelling') {
        const woken = new Promise<void>((resolve) => (this.#wake = resolve));
        if (await this.#turn()) break;
        await this.world.pause(this.pace.next(this.#soonest()), woken);
      }
    } catch (error) {
      for (const crashed of this.#crashed) crashed(error);
      if (this.#crashed.length === 0) throw error;
    } finally {
      this.#crashed = [];
      this.#going = null;
    }
  }

  /** True when there is nothing more to wait for. */
  async #turn(): Promise<boolean> {
    if (this.mode === 'working' || this.mode === 'leaving') {
      if (this.mode === 'leaving' || this.pace.settled()) await submitAll(this);
    } else {
      for (const ask of this.waiting.splice(0)) this.end(ask, { type: 'left' });
    }
    if (this.mode === 'draining' || this.mode === 'cancelling')
      await this.#cancelling.turn(this.mode === 'cancelling');
    this.#read();
    await this.#states.turn(this.batches.live(), this.mode === 'cancelling');
    this.#endings.turn();
    if (this.mode === 'cancelling') return this.#cancelling.over() && this.#endAll();
    return this.mode === 'leaving' && this.waiting.length === 0 && this.#endAll();
  }

  #endAll(): true {
    for (const ask of [...this.asks.values()]) this.end(ask, { type: 'left' });
    return true;
  }

  /** When a waiting order may go, at the soonest. */
  #soonest(): number {
    return this.waiting.reduce((soonest, { notBefore }) => Math.min(soonest, notBefore), Infinity);
  }

  /** Reads what jobs wrote since. */
  #read(): void {
    const { folders } = this.world;
    const now = this.world.now();
    for (const batch of this.batches.live()) {
      const jobs = batch.jobs.filter(({ concluded }) => !concluded);
      const sizes = folders.sizes(
        batch.name,
        jobs.map(({ element }) => element),
      );
      for (const job of jobs) {
        for (const line of job.read(folders, sizes.get(job.element) ?? 0, now)) this.#hear(job, line);
      }
    }
    for (const ask of this.asks.values()) if (ask.doneAt !== null) this.#awaitResult(ask);
  }

  #hear(job: Job, line: JobLine): void {
    this.pace.changed();
    if (!('f' in line)) return;
    if (line.t === 'next') {
      this.#name(job, line);
      return;
    }
    const ask = this.asks.get(line.f);
    if (ask?.job !== job) {
      // Nobody asked yet, and somebody may; or who asks has not been given a job yet, and it will be this one.
      const open = ask === undefined ? !this.#ends.has(line.f) : ask.job === null;
      if (open) keep(job, line);
      if (line.t === 'answer') this.batches.made(line.f, job);
      if (open && line.t === 'answer' && line.answer.type !== 'done' && this.batches.isMine(job))
        this.early.set(line.f, job);
      return;
    }
    this.#pass(ask, job, line);
  }

  /** A link of its chain has become an action: not the one that somebody hoped for, perhaps. */
  #name(job: Job, line: Extract<JobLine, { t: 'next' }>): void {
    this.batches.named(line, job.batch);
    const hoped = job.hoped.get(line.open);
    job.hoped.delete(line.open);
    const ask = hoped === undefined || hoped === line.f ? undefined : this.asks.get(hoped);
    if (ask?.job === job) this.#endings.wait(ask);
  }

  #pass(ask: Ask, job: Job, line: JobLine): void {
    const { listener } = ask;
    switch (line.t) {
      case 'started':
        this.durations.began(ask, this.world.now());
        listener.started(job.name, job.node);
        break;
      case 'progress':
        listener.progress(line.done, line.total, line.unit, line.note, line.numbers);
        break;
      case 'log':
        listener.log(line.stream, line.text);
        break;
      case 'warning':
        listener.warning(line.text);
        break;
      case 'answer':
        this.#answer(ask, job);
        break;
      case 'left':
      case 'next':
      case 'begun':
      case 'revoked':
      case 'probed':
      case 'mail':
      case 'alive':
      case 'ended':
    }
  }

  #answer(ask: Ask, job: Job): void {
    const answer = job.answered.get(ask.order.fingerprint)!;
    this.durations.over(ask);
    if (answer.type === 'done') {
      if (answer.known !== true) this.durations.took(ask.order.kind, answer.ms);
      ask.doneAt = this.world.now();
      this.#awaitResult(ask);
    } else if (answer.type === 'other-toolchain' && ask.losses < mostLosses && job.node !== '') {
      this.#endings.again(ask, job, 'OTHER_TOOLCHAIN', job.node);
    } else this.end(ask, { type: 'answered', answer });
  }

  /** The store alone says that something is done: its job may see more of it than is seen from here. */
  #awaitResult(ask: Ask): void {
    const { fingerprint } = ask.order;
    if (this.world.committed(fingerprint)) {
      this.end(ask, { type: 'answered', answer: ask.job!.answered.get(fingerprint)! });
    } else if (this.world.now() - ask.doneAt! > this.rules.patience) {
      ask.doneAt = null;
      this.#endings.again(ask, ask.job!, 'RESULT_UNSEEN', null);
    }
  }

  /** Into a job that may answer it; what the job said of it before is heard now. */
  attach(ask: Ask, job: Job): void {
    const { fingerprint, open } = ask.order;
    ask.job = job;
    if (open !== undefined && !job.tasks.has(fingerprint)) job.hoped.set(open, fingerprint);
    ask.listener.queued(job.name);
    const lines = job.unheard.get(fingerprint) ?? [];
    job.unheard.delete(fingerprint);
    for (const line of lines) if (this.asks.get(fingerprint) === ask) this.#pass(ask, job, line);
  }

  end(ask: Ask, end: End): void {
    const { fingerprint } = ask.order;
    this.asks.delete(fingerprint);
    this.#ends.delete(fingerprint);
    this.durations.over(ask);
    ask.resolve(end);
  }
}

/** Of what is heard before it is asked for: enough to tell what went on. */
const mostKept = 1000;

function keep(job: Job, line: Extract<JobLine, { f: Digest }>): void {
  const lines = job.unheard.get(line.f) ?? [];
  lines.push(line);
  if (lines.length > mostKept) lines.splice(1, 1);
  job.unheard.set(line.f, lines);
}

import type { Digest } from '../../../../lib/pipe/digest.ts';
import { usualRules } from '../../../../lib/pipe/sites/batches.ts';
import { Desk } from '../../../../lib/pipe/sites/desk.ts';
import type { End, Order } from '../../../../lib/pipe/sites/ask.ts';
import { slurmQueue } from '../../../../lib/pipe/sites/slurm-queue.ts';
import type { World } from '../../../../lib/pipe/sites/world.ts';
import type { ProcessIdentity } from '../../../../lib/pipe/store/process-identity.ts';
import { Clock, randomFrom } from './clock.ts';
import { noFaults, type Faults } from './faults.ts';
import { SeenFiles, SharedFiles } from './files.ts';
import { closedFake, type Doing, type Truth } from './job.ts';
import { FakeSlurm } from './slurm.ts';

const site = { partition: null, account: null, options: [] };

/** Where drivers, jobs and an engine meet. */
export class Simulation {
  readonly clock = new Clock(Date.UTC(2030, 0, 1));
  readonly files = new SharedFiles();
  readonly random: () => number;
  readonly doing: Doing;
  readonly slurm: FakeSlurm;
  readonly begun = this.clock.now;
  readonly gone = new Set<number>();
  readonly truths = new Map<Digest, Truth>();
  readonly #lag: number;
  #pids = 0;

  /** `lag`: milliseconds for which a driver believes what it heard of a file. */
  constructor(seed: number, faults: Partial<Faults> = {}, lag = 0, nodes = 10, cpus = 16) {
    this.random = randomFrom(seed);
    this.#lag = lag;
    const { clock, files, random } = this;
    const truth = (fingerprint: Digest) => this.truths.get(fingerprint)!;
    this.doing = { clock, files, random, truth, executions: new Map(), wrong: [] };
    this.slurm = new FakeSlurm(this.doing, { ...noFaults, ...faults }, nodes, cpus);
  }

  driver(most: number | null = null): Driver {
    return new Driver(this, ++this.#pids, this.#lag, most);
  }

  /** Orders whose tasks are so. */
  order(index: number, kind: string, truth: Truth, wishes: Partial<Order['wishes']> = {}): Order {
    const fingerprint: Digest = `sha256:${String(index).padStart(64, '0')}`;
    this.truths.set(fingerprint, truth);
    return {
      ...{ fingerprint, task: `${kind}@n=${index}`, kind, ticket: null },
      wishes: { threads: 1, gpus: 0, memory: [], time: [], ...wishes },
    };
  }

  /** Segments one after another: of each, its order once those before it are done. */
  chain(index: number, truths: readonly Truth[], wishes: Partial<Order['wishes']> = {}): Order[] {
    const open = (at: number): Digest => `sha256:e${String(index * 1000 + at).padStart(63, '0')}`;
    const link = (at: number) => ({ task: `segment@n=${index},at=${at}`, open: open(at), ticket: null });
    return truths.map((truth, at) => {
      const { fingerprint: own, ...order } = this.order(index * 1000 + at, 'segment', truth, wishes);
      const fingerprint = at === 0 ? own : closedFake(open(at));
      this.truths.set(fingerprint, truth);
      const rest = truths.slice(at + 1).map((_, further) => link(at + 1 + further));
      return {
        ...{ ...order, fingerprint, task: link(at).task },
        ...(at > 0 && { open: open(at) }),
        ...(rest.length > 0 && { chain: { length: rest.length, links: () => rest } }),
      };
    });
  }

  /** How often each task began. */
  times(): Map<Digest, number> {
    return new Map([...this.doing.executions].map(([fingerprint, all]) => [fingerprint, all.length]));
  }

  /** Hours of its own time are days here. */
  async until(done: () => boolean, hours: number): Promise<'done' | 'nothing' | 'late'> {
    return await this.clock.run(done, this.clock.now + hours * 3_600_000);
  }
}

class Killed extends Error {}

/** One process that drives, over the fake in the place of files, clock and Slurm. */
export class Driver {
  readonly desk: Desk;
  readonly ends = new Map<Digest, End>();
  readonly lost = new Map<Digest, string[]>();
  readonly told: string[] = [];
  /** A crash that is none of ours. */
  readonly crashes: unknown[] = [];
  /** What it asked of its surroundings so far. */
  steps = 0;
  killed = false;
  asked = 0;
  /** Segments that were done by the time that they would have been asked for. */
  found = 0;
  /** Segments that nobody asks for, since one before them failed. */
  brokenOff = 0;
  readonly #simulation: Simulation;
  readonly #me: ProcessIdentity;
  #killAt: { readonly step: number; readonly after: boolean } | null = null;

  constructor(simulation: Simulation, pid: number, lag: number, most: number | null) {
    this.#simulation = simulation;
    this.#me = { host: 'here', pid, started: String(pid) };
    this.desk = new Desk(this.#world(lag), {
      ...usualRules,
      ...{ site: 'slurm', project: '/project', most, sure: 15_000, patience: Math.max(3000, 2 * lag) },
      ...{ common: () => null, history: () => null },
      tell: (message) => this.told.push(message),
    });
  }

  /** As by SIGKILL, before what it does then, or right after. */
  killAt(step: number, after: boolean): void {
    this.#killAt = { step, after };
  }

  kill(): void {
    this.killed = true;
    this.#simulation.gone.add(this.#me.pid);
  }

  asks(orders: readonly Order[], then: (end: End) => void = nothing): void {
    this.asked += orders.length;
    for (const order of orders) {
      const { fingerprint } = order;
      const ask = this.desk.carryOut(order, {
        ...{ progress: nothing, log: nothing, warning: nothing, queued: nothing, started: nothing },
        lost: (_, state) => this.lost.set(fingerprint, [...(this.lost.get(fingerprint) ?? []), state]),
      });
      ask.then(
        (end) => {
          this.ends.set(fingerprint, end);
          then(end);
        },
        (error: unknown) => {
          if (!(error instanceof Killed)) this.crashes.push(error);
        },
      );
    }
  }

  /** Each when the one before it is done, as a run asks for the segments of a scan. */
  asksInOrder([first, ...rest]: readonly Order[]): void {
    if (first === undefined || this.killed) return;
    const { files } = this.#simulation;
    if (files.committed.has(first.fingerprint)) {
      this.found += 1;
      this.asksInOrder(rest);
      return;
    }
    this.asks([first], (end) => {
      const done = end.type === 'committed' || (end.type === 'answered' && end.answer.type === 'done');
      if (done) this.asksInOrder(rest);
      else this.brokenOff += rest.length;
    });
  }

  /** A step of it, unless it is killed by then. */
  #does<T>(what: () => T): T {
    if (this.killed) throw new Killed();
    this.steps += 1;
    const last = this.#killAt?.step === this.steps;
    if (last) this.kill();
    if (last && !this.#killAt!.after) throw new Killed();
    const result = what();
    if (last) throw new Killed();
    return result;
  }

  async #waits<T>(what: () => Promise<T>): Promise<T> {
    const result = await this.#does(what);
    // Nobody is there any more to hear it.
    if (this.killed) throw new Killed();
    return result;
  }

  #world(lag: number): World {
    const { clock, files, random, slurm, gone } = this.#simulation;
    const seen = new SeenFiles(files, clock, lag);
    const queue = slurmQueue(site, (words) => slurm.run(words), {
      folderOf: (batch) => `/jobs/${batch}`,
      script: () => '',
    });
    return {
      ...{ me: this.#me, now: () => clock.now, chance: random },
      isGone: ({ pid }) => gone.has(pid),
      pause: async (ms, woken) => {
        await Promise.race([clock.after(ms), woken]);
        if (this.killed) throw new Killed();
      },
      queue: {
        submit: (submission) => this.#waits(() => queue.submit(submission)),
        states: (batches) => this.#waits(() => queue.states(batches)),
        cancel: (ids, pending) => this.#waits(() => queue.cancel(ids, pending)),
      },
      folders: {
        names: () => seen.names(),
        read: (batch) => seen.read(batch),
        sizes: (batch, elements) => seen.sizes(batch, elements),
        lines: (batch, element, from) => seen.lines(batch, element, from),
        settled: () => seen.settled(),
        logTail: (batch, element) => seen.logTail(batch, element),
        create: (batch, text) => {
          this.#does(() => {
            seen.create(batch, text);
          });
        },
        append: (batch, text) => {
          this.#does(() => {
            seen.append(batch, text);
          });
        },
        revoke: (batch, element, at) => this.#does(() => seen.revoke(batch, element, at)),
        remove: (batch) => {
          this.#does(() => {
            seen.remove(batch);
          });
        },
        exclusively: (work) => seen.exclusively(work),
      },
      committed: (fingerprint) => seen.committed(fingerprint),
    };
  }
}

const nothing = () => undefined;

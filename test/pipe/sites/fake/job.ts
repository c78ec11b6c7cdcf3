import type { Digest } from '../../../../lib/pipe/digest.ts';
import { HEARTBEAT, type JobLine, type Link, type TaskLine } from '../../../../lib/pipe/sites/protocol.ts';
import type { Clock } from './clock.ts';
import type { SharedFiles } from './files.ts';

/** What a task is, in truth. */
export interface Truth {
  readonly ms: number;
  /** Bytes that it takes. */
  readonly memory: number;
  readonly fails: boolean;
}

/** One start of a task: from when to when it ran. */
export interface Execution {
  readonly fingerprint: Digest;
  readonly job: Running;
  readonly begun: number;
  ended: number | null;
}

/** What jobs do with tasks, and all that they did. */
export interface Doing {
  readonly clock: Clock;
  readonly files: SharedFiles;
  readonly random: () => number;
  readonly truth: (fingerprint: Digest) => Truth;
  readonly executions: Map<Digest, Execution[]>;
  /** What must not be. */
  readonly wrong: string[];
}

export interface Given {
  readonly batch: string;
  readonly element: number;
  readonly name: string;
  readonly node: string;
  readonly memory: number | null;
  /** When its time is over. */
  readonly until: number;
}

/** The end of a process: by itself, or because a task took more memory than there was. */
export type JobEnd = 'completed' | 'failed' | 'memory';

/** Does what `carry-out.ts` does, in no time but the tasks' own. */
export class Running {
  readonly given: Given;
  /** Its processes are gone. */
  dead = false;
  /** The engine said so, whether or not it is so. */
  saidOver = false;
  readonly #doing: Doing;
  readonly #end: (how: JobEnd) => void;
  #now: Execution | null = null;

  constructor(doing: Doing, given: Given, end: (how: JobEnd) => void) {
    this.#doing = doing;
    this.given = given;
    this.#end = end;
  }

  start(): void {
    const { clock, files } = this.#doing;
    const { batch, element, name: job, node } = this.given;
    const read = files.batch(batch);
    if (read === null) {
      this.#finish('failed');
      return;
    }
    const begun: JobLine = { t: 'begun', job, node, at: clock.now };
    if (!files.claim(batch, element, JSON.stringify(begun))) {
      this.#finish('completed');
      return;
    }
    this.#beat();
    this.#next(
      read.tasks.filter((line) => line.element === element),
      read.head.needs.time !== null,
    );
  }

  /** The signal that ends all its processes. */
  kill(): void {
    this.dead = true;
    if (this.#now !== null) this.#now.ended = this.#doing.clock.now;
  }

  #say(line: JobLine): void {
    this.#doing.files.say(this.given.batch, this.given.element, JSON.stringify(line));
  }

  #beat(): void {
    const { clock } = this.#doing;
    clock.at(clock.now + HEARTBEAT * 1000, () => {
      if (this.dead) return;
      this.#say({ t: 'alive', at: clock.now });
      this.#beat();
    });
  }

  #later(ms: number, what: () => void): void {
    const { clock } = this.#doing;
    clock.at(clock.now + ms, () => {
      if (!this.dead) what();
    });
  }

  #next(tasks: readonly TaskLine[], bounded: boolean): void {
    const [task, ...rest] = tasks;
    const { clock, files } = this.#doing;
    const go = () => {
      this.#next(rest, bounded);
    };
    if (task === undefined) {
      this.#say({ t: 'ended', at: clock.now });
      this.#finish('completed');
    } else if (files.committed.has(task.fingerprint)) {
      this.#say({ t: 'answer', f: task.fingerprint, answer: { ...done, ms: 1, known: true } });
      this.#later(1, go);
    } else if (bounded && task.expected !== null && clock.now + task.expected * 1.5 > this.given.until) {
      this.#say({ t: 'left', f: task.fingerprint });
      this.#later(1, go);
    } else this.#carryOut(task.fingerprint, task.chain ?? [], bounded, go);
  }

  /** Named before anybody can know that the one before it is done. */
  #name(after: Digest, [link]: readonly Link[]): Digest | null {
    if (link === undefined) return null;
    const f = closedFake(link.open);
    this.#say({ t: 'next', f, open: link.open, after });
    return f;
  }

  #goOn(f: Digest, links: readonly Link[], bounded: boolean, took: number, go: () => void): void {
    const { clock, files } = this.#doing;
    if (bounded && clock.now + took * 1.5 > this.given.until) {
      this.#say({ t: 'left', f });
      this.#later(1, go);
    } else if (files.committed.has(f)) {
      const next = this.#name(f, links);
      this.#say({ t: 'answer', f, answer: { ...done, ms: 1, known: true } });
      this.#later(1, () => {
        if (next === null) go();
        else this.#goOn(next, links.slice(1), bounded, took, go);
      });
    } else this.#carryOut(f, links, bounded, go);
  }

  #carryOut(f: Digest, links: readonly Link[], bounded: boolean, go: () => void): void {
    const { clock, files, random, truth } = this.#doing;
    const { ms, memory, fails } = truth(f);
    this.#now = this.#begin(f);
    this.#say({ t: 'started', f, at: clock.now });
    if (this.given.memory !== null && memory > this.given.memory) {
      this.#later(ms / 2, () => {
        this.kill();
        this.#end('memory');
      });
      return;
    }
    this.#later(ms, () => {
      this.#now!.ended = clock.now;
      this.#now = null;
      const next = fails ? null : this.#name(f, links);
      if (!fails) files.committed.add(f);
      // A job may be ended between its commit and its word of it.
      this.#later(random() * 500, () => {
        const failed = { type: 'failed', log: null, reason: 'exit-nonzero', status: 1, tail: [] } as const;
        this.#say({ t: 'answer', f, answer: fails ? failed : { ...done, ms } });
        if (next === null) go();
        else this.#goOn(next, links.slice(1), bounded, ms, go);
      });
    });
  }

  /** That a task runs twice at once is only right where the engine said that the first is over. */
  #begin(fingerprint: Digest): Execution {
    const { clock, executions, wrong } = this.#doing;
    const before = executions.get(fingerprint) ?? [];
    for (const { job, ended } of before) {
      if (ended === null && !job.saidOver)
        wrong.push(`${fingerprint} begins in ${this.given.name} and runs in ${job.given.name}`);
    }
    const execution: Execution = { fingerprint, job: this, begun: clock.now, ended: null };
    executions.set(fingerprint, [...before, execution]);
    return execution;
  }

  #finish(how: JobEnd): void {
    this.dead = true;
    this.#end(how);
  }
}

/** The action that a link turns out to be. */
export function closedFake(open: Digest): Digest {
  return `sha256:f${open.slice('sha256:f'.length)}`;
}

const done = { type: 'done', outputs: {}, undeclared: [], blobs: [] } as const;

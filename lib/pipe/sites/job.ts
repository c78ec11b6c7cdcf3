import type { Digest } from '../digest.ts';
import type { Needs } from './needs.ts';
import { parse, type Answer, type JobLine, type Link, type TaskLine } from './protocol.ts';
import type { Folders } from './world.ts';

/** One element of an array, as far as its driver knows. */
export class Job {
  readonly batch: Batch;
  readonly element: number;
  readonly tasks: Map<Digest, TaskLine>;
  readonly answered = new Map<Digest, Answer>();
  /** Not begun for want of time. */
  readonly left = new Set<Digest>();
  /** By link of a chain: the action that somebody waits for, which it may turn out to be. */
  readonly hoped = new Map<Digest, Digest>();
  /** By task, the links that are to come after it. */
  readonly #after = new Map<Digest, readonly Link[]>();
  readonly #promised = new Set<Digest>();
  /** Lines of tasks that nobody asked for yet. */
  readonly unheard = new Map<Digest, JobLine[]>();
  /** The task that it carries out now. */
  running: Digest | null = null;
  begun: { readonly job: string; readonly node: string; readonly at: number } | null = null;
  ended = false;
  /** A driver took its place: it will never begin. */
  revoked = false;
  /** As the engine said last. */
  state = 'PENDING';
  reason = '';
  node = '';
  /** Calls in a row that did not tell of it. */
  missed = 0;
  /** When anything was heard of it last, by files. */
  heardAt: number;
  /** Since when it is known that nothing of it runs any more; null while it may. */
  overAt: number | null = null;
  /** Nobody waits for it any more, and nothing of it runs. */
  concluded = false;
  #read = 0;

  constructor(batch: Batch, element: number, tasks: readonly TaskLine[], now: number) {
    this.batch = batch;
    this.element = element;
    this.tasks = new Map(tasks.map((task) => [task.fingerprint, task]));
    for (const { fingerprint, chain = [] } of tasks) this.#follow(fingerprint, chain);
    this.heardAt = now;
  }

  get name(): string {
    return this.begun?.job ?? `${this.batch.id ?? this.batch.name}_${this.element}`;
  }

  /** Whether it may still give an answer for this task: what it said at its end may come to be seen later than the end. */
  mayAnswer(fingerprint: Digest): boolean {
    return (
      !this.concluded &&
      this.tasks.has(fingerprint) &&
      !this.answered.has(fingerprint) &&
      !this.left.has(fingerprint)
    );
  }

  /** Whether it is done, and the job goes on. */
  goesOnAfter(fingerprint: Digest): boolean {
    return this.overAt === null && this.answered.get(fingerprint)?.type === 'done';
  }

  /** Whether it may come to carry out this link of a chain. */
  promises(open: Digest): boolean {
    return !this.concluded && this.overAt === null && this.#promised.has(open);
  }

  #follow(fingerprint: Digest, links: readonly Link[]): void {
    this.#after.set(fingerprint, links);
    for (const { open } of links) this.#promised.add(open);
  }

  /** A link whose action is known is a task like others. */
  #closed({ f, after }: Extract<JobLine, { t: 'next' }>): void {
    const [link, ...rest] = this.#after.get(after) ?? [];
    const before = this.tasks.get(after);
    if (link === undefined || before === undefined) return;
    this.#promised.delete(link.open);
    this.#after.set(f, rest);
    const { element, expected } = before;
    this.tasks.set(f, { element, fingerprint: f, task: link.task, expected, ticket: null });
  }

  /** What was to come after a task does not. */
  #breakOff(fingerprint: Digest): void {
    for (const { open } of this.#after.get(fingerprint) ?? []) this.#promised.delete(open);
  }

  /** Reads what is new, when the file is longer than what was read of it. */
  read(folders: Folders, size: number, now: number): readonly JobLine[] {
    if (size <= this.#read) return [];
    const { lines, to } = folders.lines(this.batch.name, this.element, this.#read);
    this.#read = to;
    if (lines.length > 0) this.heardAt = now;
    const read = lines.flatMap((line) => (parse(line) as JobLine | null) ?? []);
    for (const line of read) this.#note(line, now);
    return read;
  }

  #note(line: JobLine, now: number): void {
    switch (line.t) {
      case 'begun':
        this.begun = line;
        this.node = line.node;
        break;
      case 'started':
        this.running = line.f;
        break;
      case 'answer':
        this.answered.set(line.f, line.answer);
        if (line.answer.type !== 'done') this.#breakOff(line.f);
        if (this.running === line.f) this.running = null;
        break;
      case 'left':
        this.left.add(line.f);
        this.#breakOff(line.f);
        break;
      case 'next':
        this.#closed(line);
        break;
      case 'ended':
        this.ended = true;
        this.overAt ??= now;
        break;
      case 'revoked':
        this.revoked = true;
        this.overAt ??= now;
        break;
      case 'progress':
      case 'log':
      case 'warning':
      case 'probed':
      case 'mail':
      case 'alive':
    }
  }
}

/** What was submitted at once. */
export interface Batch {
  readonly name: string;
  /** The array's; null while it is not known whether it was taken. */
  id: string | null;
  /** Whether it is this driver's to end: its own, or of one that is gone. */
  readonly own: boolean;
  readonly needs: Needs;
  readonly submittedAt: number;
  readonly jobs: Job[];
  /** This driver has cancelled it. */
  cancelled: boolean;
}

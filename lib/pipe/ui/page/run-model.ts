import {
  stateCode,
  type LogLine,
  type PageEvent,
  type ProgressPoint,
  type RunEnd,
  type RunHead,
  type RunHistory,
} from '../protocol.ts';
import type { Tasks } from './tasks.ts';

export interface Running {
  readonly since: number;
  readonly reasons: readonly string[];
  readonly points: ProgressPoint[];
}

/** No event of the run was about the task. */
export const NONE = 255;
const RUNNING = stateCode('running');
const FAILED = stateCode('failed');
const LINES = 1000;
const POINTS = 2000;

/** A run, folded from its events as they come, and at any moment before. */
export class RunModel {
  readonly run: string;
  readonly tasks: Tasks;
  offset: number;
  head: RunHead | null;
  end: RunEnd | null;
  readonly running = new Map<number, Running>();
  readonly failures: { readonly task: number; readonly detail: string }[];
  readonly reasons: Map<string, string>;
  readonly took: Map<string, { ms: number; tasks: number }>;
  log: LogLine[];
  /** Milliseconds since the first event, task, state: a row for each change. */
  readonly #at: number[];
  readonly #task: number[];
  readonly #state: number[];
  startedAt: number;
  #states: Uint8Array;
  /** Another moment, and how many changes lie before it. */
  #past: Uint8Array | null = null;
  #taken = 0;

  constructor(history: RunHistory, tasks: Tasks) {
    this.run = history.run;
    this.tasks = tasks;
    this.offset = history.offset;
    this.head = history.head;
    this.end = history.end;
    this.startedAt = history.head?.at ?? 0;
    for (const id of history.others) tasks.numberOf(id);
    this.#at = [...history.at];
    this.#task = [...history.task];
    this.#state = [...history.state];
    this.failures = history.failures.map(({ task, detail }) => ({ task: tasks.numberOf(task), detail }));
    this.reasons = new Map(Object.entries(history.reasons));
    this.took = new Map(Object.entries(history.took).map(([stage, [ms, n]]) => [stage, { ms, tasks: n }]));
    this.log = [...history.log];
    for (const { task, points, ...rest } of history.running)
      this.running.set(tasks.numberOf(task), { ...rest, points: [...points] });
    this.#states = new Uint8Array(tasks.count + tasks.others.length + 64).fill(NONE);
    for (const [row, task] of this.#task.entries()) this.#states[task] = this.#state[row]!;
  }

  /** Gives the task that it is about; null for none. */
  take(event: PageEvent): number | null {
    switch (event.type) {
      case 'head':
        this.head = event.head;
        if (this.startedAt === 0) this.startedAt = event.head.at;
        return null;
      case 'end':
        this.end = event.end;
        this.running.clear();
        return null;
      case 'log':
        this.log.push(event.line);
        if (this.log.length > 2 * LINES) this.log = this.log.slice(-LINES);
        return null;
      case 'progress': {
        const task = this.tasks.numberOf(event.task);
        const points = this.running.get(task)?.points;
        if (points !== undefined && points.push(event.point) > 2 * POINTS) halve(points);
        return null;
      }
      case 'started': {
        const task = this.tasks.numberOf(event.task);
        this.running.set(task, { since: event.at, reasons: event.reasons, points: [] });
        const stage = this.tasks.stageOf(task)?.name;
        if (stage !== undefined && event.reasons[0] !== undefined && !this.reasons.has(stage))
          this.reasons.set(stage, event.reasons[0]);
        this.#change(event.at, task, RUNNING);
        return task;
      }
      case 'finished': {
        const task = this.tasks.numberOf(event.task);
        this.running.delete(task);
        this.#change(event.at, task, event.state);
        if (event.state === FAILED) this.failures.push({ task, detail: event.detail });
        const stage = this.tasks.stageOf(task)?.name;
        if (event.ms !== null && stage !== undefined) {
          const took = this.took.get(stage) ?? { ms: 0, tasks: 0 };
          this.took.set(stage, { ms: took.ms + event.ms, tasks: took.tasks + 1 });
        }
        return task;
      }
    }
  }

  #change(at: number, task: number, state: number): void {
    this.#at.push(at - this.startedAt);
    this.#task.push(task);
    this.#state.push(state);
    if (task >= this.#states.length) {
      const larger = new Uint8Array(2 * task).fill(NONE);
      larger.set(this.#states);
      this.#states = larger;
      this.#past = null;
    }
    this.#states[task] = state;
  }

  /** Milliseconds from the first event to the last. */
  get length(): number {
    const last = this.#at.at(-1) ?? 0;
    return this.end === null ? last : Math.max(last, this.end.at - this.startedAt);
  }

  /** How every task stands as of the last event. */
  get states(): Uint8Array {
    return this.#states;
  }

  /** How every task stood so many milliseconds after the start; null is now. */
  statesAt(position: number | null): Uint8Array {
    if (position === null) {
      this.#past = null;
      return this.#states;
    }
    if (this.#past === null || (this.#taken > 0 && this.#at[this.#taken - 1]! > position)) {
      this.#past = new Uint8Array(this.#states.length).fill(NONE);
      this.#taken = 0;
    }
    while (this.#taken < this.#at.length && this.#at[this.#taken]! <= position) {
      this.#past[this.#task[this.#taken]!] = this.#state[this.#taken]!;
      this.#taken++;
    }
    return this.#past;
  }
}

/** Every second point, the last kept. */
function halve(points: ProgressPoint[]): void {
  const kept = points.filter((_, index) => (points.length - 1 - index) % 2 === 0);
  points.splice(0, points.length, ...kept);
}

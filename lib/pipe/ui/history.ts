import type { RunEvent } from '../run/event.ts';
import { stageOf } from '../report/reason.ts';
import { pageEvent } from './page-event.ts';
import {
  stateCode,
  type FailureView,
  type LogLine,
  type PageEvent,
  type ProgressPoint,
  type RunEnd,
  type RunHead,
  type RunHistory,
} from './protocol.ts';
import { piecesOf } from './tail.ts';

/** Lines and failures that are sent; the file has all of them. */
const LINES = 1000;
const FAILURES = 200;
/** Points of a curve that are sent. */
export const POINTS = 1000;

interface Running {
  readonly since: number;
  readonly reasons: readonly string[];
  readonly points: ProgressPoint[];
}

/** Folds the events of a run into what a page needs to show it, at any moment of it. */
class Fold {
  head: RunHead | null = null;
  end: RunEnd | null = null;
  readonly others = new Map<string, number>();
  readonly at: number[] = [];
  readonly task: number[] = [];
  readonly state: number[] = [];
  readonly running = new Map<number, Running>();
  readonly failures: FailureView[] = [];
  readonly reasons: Record<string, string> = {};
  readonly took: Record<string, [number, number]> = {};
  readonly log: LogLine[] = [];
  readonly #tasks: number;
  readonly #byId: ReadonlyMap<string, { readonly index: number }>;
  #startedAt: number | null = null;

  constructor(tasks: number, byId: ReadonlyMap<string, { readonly index: number }>) {
    this.#tasks = tasks;
    this.#byId = byId;
  }

  take(event: RunEvent): void {
    const page = pageEvent(event, (id) => this.#numberOf(id));
    this.#startedAt ??= event.at;
    if (page !== null) this.#note(page, event);
  }

  #numberOf(id: string): number {
    const known = this.#byId.get(id)?.index ?? this.others.get(id);
    if (known !== undefined) return known;
    const next = this.#tasks + this.others.size;
    this.others.set(id, next);
    return next;
  }

  #note(page: PageEvent, event: RunEvent): void {
    const stage = 'task' in event ? stageOf(event.task) : '';
    switch (page.type) {
      case 'head':
        this.head = page.head;
        return;
      case 'end':
        this.end = page.end;
        return;
      case 'log':
        this.log.push(page.line);
        if (this.log.length > 2 * LINES) this.log.splice(0, LINES);
        return;
      case 'progress':
        this.running.get(page.task as number)?.points.push(page.point);
        return;
      case 'started':
        this.running.set(page.task as number, { since: page.at, reasons: page.reasons, points: [] });
        if (page.reasons[0] !== undefined) this.reasons[stage] ??= page.reasons[0];
        this.#change(page.at, page.task as number, stateCode('running'));
        return;
      case 'finished': {
        this.running.delete(page.task as number);
        this.#change(page.at, page.task as number, page.state);
        if (page.state === stateCode('failed') && this.failures.length < FAILURES)
          this.failures.push({ task: page.task, detail: page.detail });
        if (page.ms === null) return;
        const took = (this.took[stage] ??= [0, 0]);
        took[0] += page.ms;
        took[1] += 1;
      }
    }
  }

  #change(at: number, task: number, state: number): void {
    this.at.push(at - this.#startedAt!);
    this.task.push(task);
    this.state.push(state);
  }
}

/** What a run's events say up to now. */
export async function historyOf(
  run: string,
  file: string,
  graph: {
    readonly tasks: readonly unknown[];
    readonly byId: ReadonlyMap<string, { readonly index: number }>;
  },
): Promise<RunHistory> {
  const fold = new Fold(graph.tasks.length, graph.byId);
  let offset = 0;
  for await (const piece of piecesOf(file)) {
    for (const event of piece.events) fold.take(event);
    offset = piece.offset;
  }
  return {
    run,
    offset,
    head: fold.head,
    end: fold.end,
    others: [...fold.others.keys()],
    at: fold.at,
    task: fold.task,
    state: fold.state,
    running: [...fold.running].map(([task, { points, ...rest }]) => ({
      task,
      ...rest,
      points: thinned(points),
    })),
    failures: fold.failures,
    reasons: fold.reasons,
    took: fold.took,
    log: fold.log.slice(-LINES),
  };
}

/** Not more points than can be told apart, the last among them. */
export function thinned(points: readonly ProgressPoint[]): readonly ProgressPoint[] {
  const step = Math.ceil(points.length / POINTS);
  return step <= 1 ? points : points.filter((_, index) => (points.length - 1 - index) % step === 0);
}

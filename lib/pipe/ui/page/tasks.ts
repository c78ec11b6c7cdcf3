import type { PipelineView, StageView, TaskRef } from '../protocol.ts';

/** Tasks by number, named from the axes of their stages. */
export class Tasks {
  readonly stages: readonly StageView[];
  /** Of those that the pipeline has; numbers from here on are of tasks that it does not have any more. */
  readonly count: number;
  readonly others: string[] = [];
  readonly #otherNumbers = new Map<string, number>();

  constructor({ stages, tasks }: Pick<PipelineView, 'stages' | 'tasks'>) {
    this.stages = stages;
    this.count = tasks;
  }

  numberOf(ref: TaskRef): number {
    if (typeof ref === 'number') return ref;
    const known = this.#otherNumbers.get(ref);
    if (known !== undefined) return known;
    const next = this.count + this.others.length;
    this.others.push(ref);
    this.#otherNumbers.set(ref, next);
    return next;
  }

  idOf(ref: TaskRef): string {
    if (typeof ref === 'string') return ref;
    const stage = this.stageOf(ref);
    return stage === null ? (this.others[ref - this.count] ?? '?') : idIn(stage, ref - stage.base);
  }

  /** Null for a task that the pipeline does not have any more. */
  stageOf(number: number): StageView | null {
    let [low, high] = [0, this.stages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stages[middle]!.base <= number) low = middle + 1;
      else high = middle;
    }
    const stage = this.stages[low - 1];
    return stage !== undefined && number < stage.base + stage.count ? stage : null;
  }

  /** The number of a name; null for one of no task. */
  find(id: string): number | null {
    const at = id.indexOf('@');
    const stage = this.stages.find(({ name }) => name === (at === -1 ? id : id.slice(0, at)));
    if (stage === undefined) return this.#otherNumbers.get(id) ?? null;
    const given = new Map(
      (at === -1 ? '' : id.slice(at + 1))
        .split(',')
        .filter((part) => part !== '')
        .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    );
    if (given.size !== stage.axes.length) return null;
    let place = 0;
    for (const { name, values } of stage.axes) {
      const digit = values.findIndex((value) => String(value) === given.get(name));
      if (digit < 0) return null;
      place = place * values.length + digit;
    }
    const found = localAt(stage, place);
    return found === null ? null : stage.base + found;
  }
}

/** `stage@axis=value,axis=value`. */
export function idIn(stage: StageView, local: number): string {
  const point = pointIn(stage, local);
  return point === '' ? stage.name : `${stage.name}@${point}`;
}

/** `axis=value,axis=value`. */
export function pointIn(stage: StageView, local: number): string {
  const parts: string[] = [];
  let rest = placeAt(stage, local);
  for (const { name, values } of stage.axes.toReversed()) {
    parts.unshift(`${name}=${values[rest % values.length]!}`);
    rest = Math.floor(rest / values.length);
  }
  return parts.join(',');
}

type Combined = Pick<StageView, 'axes' | 'count' | 'runs'>;

/** How many combinations its axes have, with a task or without. */
export function combinations({ axes }: Pick<StageView, 'axes'>): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/** The combination that a task is of, the last axis running fastest. */
function placeAt({ runs }: Combined, local: number): number {
  if (runs === null) return local;
  const starts = startsOf(runs);
  const run = lastUpTo(starts, (start) => start <= local);
  return runs[run]![0] + local - starts[run]!;
}

/** The task of a combination; null where it has none. */
export function localAt({ runs, count }: Combined, place: number): number | null {
  if (runs === null) return place >= 0 && place < count ? place : null;
  const run = lastUpTo(runs, ([from]) => from <= place);
  if (run < 0 || place >= runs[run]![0] + runs[run]![1]) return null;
  return startsOf(runs)[run]! + place - runs[run]![0];
}

/** The first task of a combination from this one on; as many as there are, where none is left. */
export function firstFrom({ runs, count }: Combined, place: number): number {
  if (runs === null) return Math.min(place, count);
  const run = lastUpTo(runs, ([from]) => from <= place);
  if (run < 0) return 0;
  return startsOf(runs)[run]! + Math.min(runs[run]![1], place - runs[run]![0]);
}

type Runs = NonNullable<StageView['runs']>;

/** Of each run, the tasks before it. */
const known = new WeakMap<Runs, readonly number[]>();

function startsOf(runs: Runs): readonly number[] {
  let starts = known.get(runs);
  if (starts === undefined) {
    let before = 0;
    starts = runs.map(([, tasks]) => (before += tasks) - tasks);
    known.set(runs, starts);
  }
  return starts;
}

/** The last of those, from the first on, for which it holds; -1 for none. */
function lastUpTo<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

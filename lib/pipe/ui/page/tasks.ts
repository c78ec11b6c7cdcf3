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
    let local = 0;
    for (const { name, values } of stage.axes) {
      const digit = values.findIndex((value) => String(value) === given.get(name));
      if (digit < 0) return null;
      local = local * values.length + digit;
    }
    return stage.base + local;
  }
}

/** `stage@axis=value,axis=value`. */
export function idIn(stage: StageView, local: number): string {
  const point = pointIn(stage, local);
  return point === '' ? stage.name : `${stage.name}@${point}`;
}

/** `axis=value,axis=value`; the last axis runs fastest. */
export function pointIn({ axes }: StageView, local: number): string {
  const parts: string[] = [];
  let rest = local;
  for (const { name, values } of axes.toReversed()) {
    parts.unshift(`${name}=${values[rest % values.length]!}`);
    rest = Math.floor(rest / values.length);
  }
  return parts.join(',');
}

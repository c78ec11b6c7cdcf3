/** What a job asks of the engine. */
export interface Needs {
  readonly threads: number;
  readonly gpus: number;
  /** Bytes; null asks for what the site gives by itself. */
  readonly memory: number | null;
  /** Seconds; likewise. */
  readonly time: number | null;
}

/** What a task asks for, by attempt: each list goes up when the last one was too little. */
export interface Wishes {
  readonly threads: number;
  readonly gpus: number;
  readonly memory: readonly number[];
  readonly time: readonly number[];
}

/** How often a task was given too little, of each. */
export interface Steps {
  readonly memory: number;
  readonly time: number;
}

export const NO_STEPS: Steps = { memory: 0, time: 0 };

export function needsOf({ threads, gpus, memory, time }: Wishes, steps: Steps): Needs {
  const at = (list: readonly number[], step: number) => list[Math.min(step, list.length - 1)] ?? null;
  return { threads, gpus, memory: at(memory, steps.memory), time: at(time, steps.time) };
}

/** Null when there is no more to be had. */
export function stepUp(wishes: Wishes, steps: Steps, what: keyof Steps): Steps | null {
  const next = steps[what] + 1;
  return next < wishes[what].length ? { ...steps, [what]: next } : null;
}

export function needsKey({ threads, gpus, memory, time }: Needs): string {
  return [threads, gpus, memory, time].join(' ');
}

/** What is left of a stage. */
export interface Left {
  /** Tasks that will run, as far as is known. */
  readonly tasks: number;
  /** Of these, the most that follow one another: a scan's. */
  readonly chain: number;
  readonly threads: number;
  /** Milliseconds of one; null where none is known. */
  readonly each: number | null;
  /** Milliseconds that those which run now have run, summed. */
  readonly spent: number;
}

export interface TimeLeft {
  readonly ms: number;
  /** Tasks of which no time is known; they are not in it. */
  readonly unknown: number;
}

/**
 * How long a run will still take with so many threads: at least its work shared among them, and at least its
 * longest chain. Null when no time at all is known.
 */
export function timeLeft(stages: readonly Left[], jobs: number): TimeLeft | null {
  let [work, longest, unknown, known] = [0, 0, 0, false];
  for (const { tasks, chain, threads, each, spent } of stages) {
    if (tasks === 0) continue;
    if (each === null) {
      unknown += tasks;
      continue;
    }
    known = true;
    // A task that takes longer than others did is taken to end now.
    const ahead = Math.max(0, tasks * each - Math.min(spent, tasks * each));
    work += ahead * Math.min(threads, jobs);
    longest = Math.max(longest, Math.min(ahead, chain * each));
  }
  return known ? { ms: Math.max(work / jobs, longest), unknown } : null;
}

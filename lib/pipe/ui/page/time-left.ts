/** What is left of a stage. */
export interface Left {
  /** Tasks that will run and do not yet, as far as is known. */
  readonly waiting: number;
  /** Of these, the most that follow one another: a scan's. */
  readonly chain: number;
  readonly threads: number;
  /** Milliseconds of one; null where none is known. */
  readonly each: number | null;
  /** Milliseconds that those which run now still take; null where that is not known. */
  readonly running: readonly (number | null)[];
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
  for (const { waiting, chain, threads, each, running } of stages) {
    const rest = running.filter((ms) => ms !== null);
    unknown += running.length - rest.length + (each === null ? waiting : 0);
    const ahead = each === null ? 0 : waiting * each;
    if (rest.length > 0 || ahead > 0) known = true;
    work += (rest.reduce((sum, ms) => sum + ms, 0) + ahead) * Math.min(threads, jobs);
    longest = Math.max(longest, Math.max(0, ...rest) + (each === null ? 0 : chain * each));
  }
  return known ? { ms: Math.max(work / jobs, longest), unknown } : null;
}

/** A task that runs: for how long, and how much of it is done, where it says so. */
export interface UnderWay {
  readonly spent: number;
  /** Milliseconds that had gone by when it last told how far it was, and which share of it was done; null where unknown. */
  readonly told: { readonly after: number; readonly share: number } | null;
}

/** What tasks of a stage took that have ended in this run. */
export interface Ended {
  readonly ms: number;
  readonly tasks: number;
}

/**
 * What a task of a stage takes, and what those that run still take. Tasks of this run count first: those that have
 * ended, those that say how far they are, and those that already run for longer than these; else what is on record.
 */
export function expected(
  running: readonly UnderWay[],
  ended: Ended | undefined,
  recorded: number | null,
): Pick<Left, 'each' | 'running'> {
  const whole = ({ told }: UnderWay): number | null => (told === null ? null : told.after / told.share);
  const wholes = running.flatMap((task) => whole(task) ?? []);
  const known = [...(ended === undefined ? [] : [ended]), ...wholes.map((ms) => ({ ms, tasks: 1 }))];
  const usual = meanOf(known) ?? recorded;
  // How long these will take is not known, but that they take as long as they have.
  const late = running.filter((task) => whole(task) === null && usual !== null && task.spent > usual);
  const each = meanOf([...known, ...late.map(({ spent }) => ({ ms: spent, tasks: 1 }))]) ?? recorded;
  return {
    each,
    running: running.map((task) => {
      const all = whole(task) ?? each;
      return all === null ? null : Math.max(0, all - task.spent);
    }),
  };
}

function meanOf(times: readonly Ended[]): number | null {
  const [ms, tasks] = times.reduce(([a, b], each) => [a + each.ms, b + each.tasks], [0, 0]);
  return tasks === 0 ? null : ms / tasks;
}

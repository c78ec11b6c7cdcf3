import { needsKey, type Needs } from './needs.ts';

/** What is to be packed. */
export interface Packed {
  readonly needs: Needs;
  /** Tasks of one kind take about as long as each other. */
  readonly kind: string;
  /** Nodes to avoid. */
  readonly exclude: readonly string[];
  /** Bytes that its line takes. */
  readonly bytes: number;
  /** Tasks that it is, one after another: of a chain, all that are left of it. */
  readonly length: number;
}

/** Jobs that one submission may be of: all need the same. */
export interface JobArray<T> {
  /** Its time is that of the longest job: what one task may take, and twice what the others are thought to. */
  readonly needs: Needs;
  readonly exclude: readonly string[];
  readonly jobs: readonly (readonly T[])[];
}

export interface PackRules {
  /** Milliseconds that a job should take at least. */
  readonly target: number;
  /** As many jobs as this are not made fewer to be made longer. */
  readonly spread: number;
  /** Elements of one array at most; bytes of its tasks. */
  readonly mostJobs: number;
  readonly mostBytes: number;
  /** Tasks of one job at most. */
  readonly mostTasks: number;
  /** Seconds that a job is asked for at most, where a chain would take more than one task of it may; null: never more. */
  readonly longest: number | null;
}

export const usualRules: PackRules = {
  target: 300_000,
  spread: 16,
  mostJobs: 250,
  mostBytes: 8_000_000,
  mostTasks: 500,
  longest: null,
};

/**
 * Tasks as jobs. Short ones share a job, one after another, so that starting it costs little beside them. How long one
 * takes is `expected` (milliseconds); while nobody knows (null), as many as `probing` allows go alone, to find out, and
 * the others wait.
 */
export function pack<T extends Packed>(
  waiting: readonly T[],
  expected: (kind: string) => number | null,
  probing: (kind: string) => number,
  rules: PackRules = usualRules,
): { readonly arrays: readonly JobArray<T>[]; readonly held: readonly T[] } {
  const groups = new Map<string, T[]>();
  for (const each of waiting) {
    const key = JSON.stringify([each.kind, needsKey(each.needs), each.exclude, each.length]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const held: T[] = [];
  const alike = new Map<string, { readonly first: T; readonly jobs: T[][]; others: number }>();
  const probes = new Map<string, number>();
  for (const group of groups.values()) {
    const first = group[0]!;
    const ms = expected(first.kind);
    let jobs: T[][];
    if (ms === null) {
      const left = probes.get(first.kind) ?? probing(first.kind);
      const probe = group.slice(0, left);
      probes.set(first.kind, left - probe.length);
      held.push(...group.slice(left));
      jobs = probe.map((each) => [each]);
    } else jobs = chunks(group, sizeOf(group.length, ms * first.length, rules, first.length));
    const beside = (Math.max(0, ...jobs.map(({ length }) => length)) - 1) * 2 * (ms ?? 0) * first.length;
    const others = beside + furtherOf(first, ms, rules);
    const key = JSON.stringify([needsKey(first.needs), first.exclude]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { first, jobs, others });
    else {
      for (const job of jobs) known.jobs.push(job);
      known.others = Math.max(known.others, others);
    }
  }
  const arrays = [...alike.values()].flatMap(({ first: { needs, exclude }, jobs, others }) => {
    const time = needs.time === null ? null : Math.ceil(needs.time + others / 1000 + leeway);
    return arraysOf(jobs, rules).map((some) => ({ needs: { ...needs, time }, exclude, jobs: some }));
  });
  return { arrays, held };
}

/** Seconds for what is around tasks. */
const leeway = 60;

/** Milliseconds for what comes after the first task of a chain: where it is not enough, another job goes on. */
function furtherOf({ needs: { time }, length }: Packed, ms: number | null, { longest }: PackRules): number {
  if (time === null || longest === null) return 0;
  const all = (length - 1) * (ms === null ? time * 1000 : 2 * ms);
  return Math.max(0, Math.min(all, (longest - time) * 1000));
}

/** Tasks of a job: enough for the target, but not so many that few jobs are left. */
function sizeOf(count: number, ms: number, { target, spread, mostTasks }: PackRules, length: number): number {
  const enough = Math.max(1, Math.round(target / Math.max(1, ms)));
  const fair = Math.max(1, Math.ceil(count / spread));
  return Math.min(enough, fair, Math.max(1, Math.floor(mostTasks / length)));
}

/** As even as can be. */
function chunks<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) =>
    list.slice(Math.floor((index * list.length) / count), Math.floor(((index + 1) * list.length) / count)),
  );
}

function arraysOf<T extends Packed>(jobs: readonly T[][], { mostJobs, mostBytes }: PackRules): T[][][] {
  const arrays: T[][][] = [];
  let bytes = Infinity;
  for (const job of jobs) {
    const size = job.reduce((sum, each) => sum + each.bytes, 0);
    if (bytes + size > mostBytes || arrays.at(-1)!.length >= mostJobs) {
      arrays.push([]);
      bytes = 0;
    }
    arrays.at(-1)!.push(job);
    bytes += size;
  }
  return arrays;
}

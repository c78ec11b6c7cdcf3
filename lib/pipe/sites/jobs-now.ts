import type { Digest } from '../digest.ts';
import type { Variables } from '../execute/environment.ts';
import type { Layout } from '../store/layout.ts';
import { thisProcess } from '../store/process-identity.ts';
import { Job, type Batch } from './job.ts';
import { programRunner } from './program.ts';
import { readBatch, type JobLine } from './protocol.ts';
import { isOver, type JobState } from './queue.ts';
import { RealFolders } from './real-folders.ts';
import { squeueWords, statesOf } from './slurm.ts';

/** A task that lies in a job, as another process than its driver can see it. */
export interface TaskInJob {
  readonly task: string;
  readonly fingerprint: Digest;
  readonly site: string;
  readonly job: string;
  readonly state: 'waiting' | 'running' | 'gone';
  readonly node: string | null;
  /** The engine's words for it, where it was asked and knows: `PENDING (Resources)`. */
  readonly engine: string | null;
  readonly progress: { readonly done: number; readonly total: number; readonly unit: string } | null;
}

interface Seen {
  readonly batch: Batch;
  readonly site: string;
  /** Other engines are not asked: which commands that takes is for a run to know. */
  readonly slurm: boolean;
  readonly job: Job;
  readonly lines: readonly JobLine[];
}

/** What of this project lies in jobs: by their files, and by one question to the engine when there are any. */
export async function tasksInJobs(layout: Layout, env: Variables): Promise<readonly TaskInJob[]> {
  const open = seenJobs(layout).filter(({ job }) => openTasks(job).length > 0);
  if (open.length === 0) return [];
  const names = new Set(open.flatMap(({ batch, slurm }) => (slurm ? [batch.name] : [])));
  const states = names.size === 0 ? null : statesOf(await programRunner(env)(squeueWords(names)));
  const rows = new Map(states?.map((state) => [`${state.batch} ${state.index}`, state]));
  return open.flatMap((seen) => {
    const row = rows.get(`${seen.batch.name} ${seen.job.element}`);
    return openTasks(seen.job).map((fingerprint) =>
      taskInJob(seen, fingerprint, row, seen.slurm && states !== null),
    );
  });
}

/** What a task printed in the last job that has had it, so far; null where no job is known of. */
export function printedInJob(layout: Layout, task: string): readonly string[] | null {
  const found = seenJobs(layout).findLast(({ job }) =>
    [...job.tasks.values()].some((line) => line.task === task),
  );
  if (found === undefined) return null;
  const { fingerprint } = [...found.job.tasks.values()].find((line) => line.task === task)!;
  return found.lines.flatMap((line) => (line.t === 'log' && line.f === fingerprint ? [line.text] : []));
}

/** Oldest first. */
function seenJobs(layout: Layout): readonly Seen[] {
  const folders = new RealFolders(layout, thisProcess());
  return [...folders.names()].sort().flatMap((name) => {
    const text = folders.read(name);
    const read = text === null ? null : readBatch(text);
    if (read === null || read.head.project !== layout.project) return [];
    const { head, tasks, job: id } = read;
    const batch: Batch = {
      ...{ name, id, own: false, needs: head.needs, submittedAt: head.at, jobs: [], cancelled: false },
    };
    const elements = Array.from({ length: head.jobs }, (_, element) => element);
    const sizes = folders.sizes(name, elements);
    return elements.map((element): Seen => {
      const own = tasks.filter((line) => line.element === element);
      const job = new Job(batch, element, own, head.at);
      return {
        batch,
        site: head.site,
        slurm: head.engine === undefined,
        job,
        lines: job.read(folders, sizes.get(element) ?? 0, head.at),
      };
    });
  });
}

/** Of which it may still say something. */
function openTasks(job: Job): readonly Digest[] {
  if (job.revoked || job.ended) return [];
  return [...job.tasks.keys()].filter((each) => !job.answered.has(each) && !job.left.has(each));
}

function taskInJob(
  { batch, site, job, lines }: Seen,
  fingerprint: Digest,
  row: JobState | undefined,
  asked: boolean,
): TaskInJob {
  // An engine that answers and does not know of a job any more has seen its end.
  const gone = row === undefined ? asked && batch.id !== null : isOver(row.state);
  const running = job.running === fingerprint;
  const reason = row === undefined || ['', 'None'].includes(row.reason) ? '' : ` (${row.reason})`;
  const last = lines.findLast((line) => line.t === 'progress' && line.f === fingerprint);
  return {
    ...{ task: job.tasks.get(fingerprint)!.task, fingerprint, site, job: job.name },
    state: gone ? 'gone' : running ? 'running' : 'waiting',
    node: running ? job.node : null,
    engine: row === undefined ? null : `${row.state}${reason}`,
    progress: last?.t === 'progress' ? { done: last.done, total: last.total, unit: last.unit } : null,
  };
}

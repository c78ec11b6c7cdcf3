import type { Layout } from '../store/layout.ts';
import { thisProcess } from '../store/process-identity.ts';
import { Job, type Batch } from './job.ts';
import { readBatch, type Answer, type JobLine } from './protocol.ts';
import { RealFolders } from './real-folders.ts';

/** A job by its files, as another process than its driver can see it. */
export interface Seen {
  readonly batch: Batch;
  readonly site: string;
  /** Its engine is Slurm. */
  readonly slurm: boolean;
  /** Its driver has to bring what it says: it shares no files with this machine. */
  readonly apart: boolean;
  readonly job: Job;
  readonly lines: readonly JobLine[];
}

/** What a task printed in the last job that has had it, so far; null where no job is known of. */
export function printedInJob(layout: Layout, task: string): readonly string[] | null {
  return printingJob(layout, task)?.next().lines ?? null;
}

/** A task's last job, of which one hears more each time that one asks. */
export interface PrintingJob {
  readonly site: string;
  readonly job: string;
  readonly apart: boolean;
  /** What it has printed since, and how it ended: by its answer, or (`over`) without any. */
  next(): { readonly lines: readonly string[]; readonly end: Answer | 'over' | null };
}

export function printingJob(layout: Layout, task: string): PrintingJob | null {
  const found = seenJobs(layout).findLast(({ job }) => has(job, task));
  if (found === undefined) return null;
  const { batch, job, site, apart } = found;
  const folders = new RealFolders(layout, thisProcess());
  let heard = found.lines;
  const next: PrintingJob['next'] = () => {
    const size = folders.sizes(batch.name, [job.element]).get(job.element) ?? 0;
    const said = [...heard, ...job.read(folders, size, Date.now())];
    heard = [];
    const { fingerprint } = [...job.tasks.values()].findLast((line) => line.task === task)!;
    const lines = said.flatMap((line) => (line.t === 'log' && line.f === fingerprint ? [line.text] : []));
    const over = job.left.has(fingerprint) || job.ended || job.revoked;
    return { lines, end: job.answered.get(fingerprint) ?? (over ? 'over' : null) };
  };
  return { site, job: job.name, apart, next };
}

function has(job: Job, task: string): boolean {
  return [...job.tasks.values()].some((line) => line.task === task);
}

/** Oldest first. */
export function seenJobs(layout: Layout): readonly Seen[] {
  const folders = new RealFolders(layout, thisProcess());
  return [...folders.names()].sort().flatMap((name) => {
    const text = folders.read(name);
    const read = text === null ? null : readBatch(text);
    if (read === null || read.head.project !== layout.project) return [];
    const { head, tasks, job: id, key } = read;
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
        apart: key !== null,
        job,
        lines: job.read(folders, sizes.get(element) ?? 0, head.at),
      };
    });
  });
}

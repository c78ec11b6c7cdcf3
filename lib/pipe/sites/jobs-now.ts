import type { Digest } from '../digest.ts';
import type { Variables } from '../execute/environment.ts';
import { groupBy } from '../group.ts';
import type { Layout } from '../store/layout.ts';
import { commandStates, type EngineCommands } from './command-queue.ts';
import type { Job } from './job.ts';
import { programRunner } from './program.ts';
import { isOver, type JobState } from './queue.ts';
import { seenJobs, type Seen } from './seen-jobs.ts';
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

/** Seconds that an engine has for its answer. */
const patience = 10;

/**
 * What of this project lies in jobs: by their files, and by one question to each engine that has any. `commandsOf`: those
 * by which a site's engine is known; null where it has none (any more).
 */
export async function tasksInJobs(
  layout: Layout,
  env: Variables,
  commandsOf: (site: string) => EngineCommands | null = () => null,
): Promise<readonly TaskInJob[]> {
  const open = seenJobs(layout).filter(({ job }) => openTasks(job).length > 0);
  if (open.length === 0) return [];
  const rows = await rowsOf(open, env, commandsOf);
  return open.flatMap((seen) => {
    const { batch, job, site } = seen;
    const known = rows.get(seen.slurm ? '' : site) ?? null;
    const row = known?.get(`${batch.name} ${job.element}`);
    return openTasks(job).map((fingerprint) => taskInJob(seen, fingerprint, row, known !== null));
  });
}

/** What engines say, by site; Slurm, which is one, by no name. None of one that does not answer. */
async function rowsOf(
  open: readonly Seen[],
  env: Variables,
  commandsOf: (site: string) => EngineCommands | null,
): Promise<ReadonlyMap<string, ReadonlyMap<string, JobState>>> {
  const run = programRunner(env, patience);
  const engines = groupBy(open, ({ slurm, site }) => (slurm ? '' : site));
  const rows = new Map<string, ReadonlyMap<string, JobState>>();
  const ask = async ([site, jobs]: readonly [string, readonly Seen[]]): Promise<void> => {
    const batches = new Map(jobs.map(({ batch }) => [batch.name, batch.id]));
    const commands = site === '' ? null : commandsOf(site);
    if (site !== '' && commands === null) return;
    const states =
      commands === null
        ? statesOf(await run(squeueWords(batches.keys())))
        : await commandStates(commands.status, run, batches);
    if (states === null) return;
    rows.set(site, new Map(states.map((state) => [`${state.batch} ${state.index}`, state])));
  };
  await Promise.all([...engines].map(ask));
  return rows;
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

import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../plan/outcome.ts';
import { runDirectories } from '../../run/past-runs.ts';
import { tasksInJobs } from '../../sites/jobs-now.ts';
import { printingJob, type PrintingJob } from '../../sites/seen-jobs.ts';
import { layoutOf, runLockPath, runsPath, type Layout } from '../../store/layout.ts';
import { holderOf } from '../../store/project-lock.ts';
import { readFrom } from '../../ui/tail.ts';
import { EXIT, mistake, type Context } from '../context.ts';

/** Milliseconds between looks; between questions to an engine whether a job that is silent is there. */
const look = 200;
const ask = 15_000;

/**
 * Prints what a task prints, as it comes, until it ends: in the run that goes on here, or else in its last job, which may
 * go on without a run. Null when there is neither: then there is nothing to wait for.
 */
export async function followTask(
  context: Context,
  layout: Layout,
  task: string,
  run: string | null,
): Promise<number | null> {
  if (run !== null) return await followRun(context, run, task, () => goesOn(layout, run));
  const current = runDirectories(runsPath(layoutOf(layout.project))).find((path) => goesOn(layout, path));
  if (current !== undefined) return await followRun(context, current, task, () => goesOn(layout, current));
  const job = printingJob(layout, task);
  return job === null ? null : await followJob(context, layout, task, job);
}

/** Whether the process that tasks run in here is the one of that run. Its name ends in the process's number. */
function goesOn({ project }: Layout, run: string): boolean {
  const holder = holderOf(runLockPath(project));
  return holder !== null && basename(run).endsWith(`-${holder.pid}`);
}

async function followRun(
  context: Context,
  run: string,
  task: string,
  isLive: () => boolean,
): Promise<number> {
  let [offset, named, waiting] = [0, false, false];
  for (;;) {
    // Asked first: what it wrote before it ended is read after that.
    const live = isLive();
    const { events, offset: next } = readFrom(join(run, 'events.ndjson'), offset);
    const more = next > offset;
    offset = next;
    for (const event of events) {
      if (!('task' in event) || event.task !== task) continue;
      named = true;
      if (event.type === 'task-log') print(context, event.text);
      if (event.type === 'task-finished') return exitOf(event.outcome);
    }
    if (more) continue;
    if (!live && !named) return mistake(context, `that run did nothing with a task \`${task}\``);
    // Killed, it has said nothing of how its tasks ended.
    if (!live) return EXIT.failed;
    if (!named && !waiting) context.err(`waiting for ${task}, with which the run has done nothing yet\n`);
    waiting = true;
    await sleep(look);
  }
}

async function followJob(context: Context, layout: Layout, task: string, job: PrintingJob): Promise<number> {
  for (let asked = Date.now(); ;) {
    const { lines, end } = job.next();
    for (const line of lines) print(context, line);
    if (end === 'over') return EXIT.failed;
    if (end !== null) return end.type === 'done' ? EXIT.ok : EXIT.failed;
    if (job.apart) {
      context.err(
        `what more its job ${job.job} on ${job.site} says comes here while \`pipe run --on\` goes on\n`,
      );
      return EXIT.ok;
    }
    if (Date.now() - asked > ask) {
      const now = (await tasksInJobs(layout, context.env)).find((each) => each.task === task);
      if (now?.state === 'gone') {
        context.err(`its job ${job.job} on ${job.site} is gone\n`);
        return EXIT.failed;
      }
      asked = Date.now();
    }
    await sleep(look);
  }
}

function print(context: Context, text: string): void {
  context.out(`${text.replace(/\n$/, '')}\n`);
}

function exitOf({ type }: Outcome): number {
  return type === 'failed' || type === 'skipped' ? EXIT.failed : EXIT.ok;
}

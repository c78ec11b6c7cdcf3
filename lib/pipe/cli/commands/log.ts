import { basename } from 'node:path';
import { nearest } from '../../manifest/suggest.ts';
import { jsonReporter } from '../../report/json.ts';
import { plainReporter } from '../../report/plain.ts';
import { count, duration } from '../../report/quantity.ts';
import { countsText } from '../../report/summary.ts';
import { table } from '../../report/table.ts';
import { buildName, originLines, shortRevision } from '../../report/origin.ts';
import { localTime } from '../../report/why.ts';
import type { RunEvent } from '../../run/event.ts';
import { layoutIn, layoutOf, runLockPath, runsPath } from '../../store/layout.ts';
import { printedInJob } from '../../sites/seen-jobs.ts';
import type { ProcessIdentity } from '../../store/process-identity.ts';
import { holderOf } from '../../store/project-lock.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { findProject } from '../locate.ts';
import { readEvents, runDirectories, runNamed } from '../../run/past-runs.ts';

const LISTED = 20;

interface LogOptions {
  readonly task?: string;
  readonly json?: true;
  readonly follow?: true;
}

/** Lists past runs, or shows one again; or follows what a task prints. */
export async function log(context: Context, run: string | undefined, options: LogOptions): Promise<number> {
  if (options.follow !== true) return await show(context, run, options);
  if (options.task === undefined || options.json === true)
    return mistake(
      context,
      '--follow goes with --task, and prints text',
      "`pipe log --task 'train@seed=1' --follow`",
    );
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const layout = layoutIn(directory, context.env['PIPE_CACHE_DIR']);
  const named = run === undefined ? null : runNamed(runsPath(layout), run);
  if (run !== undefined && named === null) return await show(context, run, options);
  const { followTask } = await import('./follow-log.ts');
  return (await followTask(context, layout, options.task, named)) ?? (await show(context, run, options));
}

function show(context: Context, run: string | undefined, options: LogOptions): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return Promise.resolve(EXIT.mistake);
  const directories = runDirectories(runsPath(layoutOf(directory)));
  if (run === undefined && options.task !== undefined && options.json === undefined) {
    // A job that no driver listens to prints into a file of its own.
    const lines = printedInJob(layoutIn(directory, context.env['PIPE_CACHE_DIR']), options.task);
    if (lines !== null) {
      for (const line of lines) context.out(`${line.replace(/\n$/, '')}\n`);
      return Promise.resolve(EXIT.ok);
    }
  }
  if (run === undefined && options.task === undefined && options.json === undefined) {
    const holder = holderOf(runLockPath(layoutOf(directory).project));
    return Promise.resolve(list(context, directories, holder));
  }
  const wanted = run ?? 'last';
  const found = wanted === 'last' ? directories[0] : directories.find((path) => basename(path) === wanted);
  if (found === undefined) return Promise.resolve(unknownRun(context, wanted, directories));
  const events = readEvents(found);
  if (options.task !== undefined) return Promise.resolve(printed(context, events, options.task));
  const reporter =
    options.json === true ? jsonReporter(context.out) : plainReporter(context.out, context.style);
  if (options.json === undefined) for (const line of originLines(events)) context.out(`${line}\n`);
  for (const event of events) reporter.event(event);
  reporter.close();
  return Promise.resolve(EXIT.ok);
}

/** `holder`: the process that runs tasks here now. */
function list(context: Context, directories: readonly string[], holder: ProcessIdentity | null): number {
  if (directories.length === 0) {
    context.out('no runs yet\n');
    return EXIT.ok;
  }
  const rows = directories.slice(0, LISTED).map((path, index) => {
    const name = basename(path);
    // Another process may have had the same number before.
    const goesOn = index === 0 && holder !== null && name.endsWith(`-${holder.pid}`);
    return [name, ...overview(readEvents(path), goesOn)];
  });
  for (const line of table([
    ['run', 'started', 'profile or experiment', 'revision', 'outcome', 'time'],
    ...rows,
  ])) {
    context.out(`${line}\n`);
  }
  const older = directories.length - LISTED;
  if (older > 0) context.out(`and ${count(older, 'older run')}\n`);
  return EXIT.ok;
}

function overview(events: readonly RunEvent[], goesOn: boolean): string[] {
  const started = events.find((event) => event.type === 'run-started');
  const finished = events.findLast((event) => event.type === 'run-finished');
  if (started === undefined) return ['', '', '', goesOn ? 'starting' : 'did not start'];
  const opening = [localTime(started.at), buildName(started), shortRevision(started)];
  if (finished === undefined && goesOn) {
    const done = events.filter((event) => event.type === 'task-finished').length + started.fresh;
    return [...opening, `running: ${done} of ${count(started.tasks, 'task')} done`, ''];
  }
  if (finished === undefined) return [...opening, 'did not end', ''];
  const stopped = finished.stopped === true;
  const interrupted = events.filter(
    (event) =>
      event.type === 'task-finished' &&
      event.outcome.type === 'skipped' &&
      event.outcome.reason === 'interrupted',
  ).length;
  const counts = countsText({ ...finished, interrupted }, stopped);
  return [...opening, stopped ? `stopped: ${counts}` : counts, duration(finished.ms)];
}

function printed(context: Context, events: readonly RunEvent[], task: string): number {
  const tasks = new Set(events.flatMap((event) => ('task' in event ? [event.task] : [])));
  if (!tasks.has(task)) {
    const near = nearest(task, tasks);
    return mistake(
      context,
      `that run did nothing with a task \`${task}\``,
      near === undefined ? '`pipe log RUN` says what it did' : `did you mean \`${near}\`?`,
    );
  }
  for (const event of events) {
    if (event.type === 'task-log' && event.task === task) context.out(`${event.text.replace(/\n$/, '')}\n`);
  }
  return EXIT.ok;
}

function unknownRun(context: Context, run: string, directories: readonly string[]): number {
  if (directories.length === 0) return mistake(context, 'there are no runs yet', '`pipe run` makes one');
  const near = nearest(
    run,
    directories.map((path) => basename(path)),
  );
  return mistake(
    context,
    `there is no run \`${run}\``,
    near === undefined ? '`pipe log` lists the runs' : `did you mean \`${near}\`?`,
  );
}

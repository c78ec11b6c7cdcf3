import { basename, join, relative, resolve } from 'node:path';
import type { Graph, Task, TaskOutput } from '../../graph/graph.ts';
import { count, duration } from '../../report/quantity.ts';
import { verdictOf } from '../../report/verdict.ts';
import { buildRecord, type RecordHead } from '../../run/build-record.ts';
import { openEngine, openProject } from '../../run/session.ts';
import { ActionCache } from '../../store/actions.ts';
import { openLock } from '../../store/lock.ts';
import { mayBeWritten, publish as write } from '../../upkeep/publish.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import type { ConfigurationOptions } from '../options.ts';
import { printIssues } from '../refusal.ts';
import { revisionOf } from '../revision.ts';
import { chosen } from '../selection.ts';
import { version } from '../version.ts';

interface PublishOptions extends ConfigurationOptions {
  readonly out?: string;
}

/** What is published: a page, the output that it is. */
interface Page {
  readonly task: Task;
  readonly output: TaskOutput;
}

/** `pipe publish`: what stages name to be opened, with a record of how it was made in it. */
export async function publish(
  context: Context,
  patterns: readonly string[],
  options: PublishOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const pages = pagesOf(context, configured, patterns);
  if (pages === null) return EXIT.mistake;
  const { directory, manifest, graph } = configured;
  const folders = pages.map(({ output }) => folderFor(context, configured, output, options.out));
  if (options.out !== undefined && pages.length > 1) {
    return mistake(
      context,
      `${count(pages.length, 'page')} do not go into one folder`,
      'name one stage or task',
    );
  }
  const occupied = folders.find((folder) => !mayBeWritten(folder));
  if (occupied !== undefined) {
    const message = `${shownPath(context, occupied)} is there, and was not written by \`pipe publish\``;
    return mistake(context, message, '--out names another folder');
  }
  const made = pages.map(({ task }) => neededBy(graph, task));
  if (!(await isUpToDate(context, configured, new Set(made.flatMap((tasks) => [...tasks])), patterns)))
    return EXIT.mistake;
  const { layout, blobs } = openEngine(directory);
  const lock = openLock(layout.project, manifest.profile, manifest.experiment);
  const sources = { lock, actions: new ActionCache(layout) };
  const head: RecordHead = {
    ...{ project: basename(layout.project), profile: manifest.profile, experiment: manifest.experiment },
    ...{ set: configured.set, engine: version(), revision: await revisionOf(directory) },
  };
  for (const [index, { task, output }] of pages.entries()) {
    const digest = lock.get(task.id)!.outputs[output.name]!;
    if (!(output.directory ? blobs.intactTree(digest) : blobs.intact(digest))) {
      return mistake(
        context,
        `the store does not have ${output.path} any more`,
        `pipe run '${task.id}' --force`,
      );
    }
    const record = buildRecord(head, graph, made[index]!, sources);
    const { directory: isDirectory } = output;
    const name = basename(output.path);
    const folder = folders[index]!;
    const { entry, without } = await write(blobs, { digest, directory: isDirectory, name }, record, folder);
    const times = record.untimed === 0 ? '' : `, ${count(record.untimed, 'task')} without a time`;
    context.out(
      `${shownPath(context, join(folder, entry))}: ${count(record.tasks.length, 'task')}, ${duration(record.ms)} of work${times}\n`,
    );
    if (without.includes(entry)) {
      context.err(
        `note: ${entry} has no element with the id pipe-record, which would take the record; record.json beside it has it\n`,
      );
    }
  }
  return EXIT.ok;
}

/** The outputs that are named under `open`, of the tasks that are asked for; null after saying that there are none. */
function pagesOf(context: Context, configured: Configured, patterns: readonly string[]): Page[] | null {
  const selected = chosen(context, configured, patterns, patterns.length > 0 ? { only: true } : {});
  if (selected === null) return null;
  const pages = configured.graph.tasks.flatMap((task) => {
    const output = task.outputs.find(({ name }) => name === task.stage.open);
    return output === undefined || !selected.selection.has(task.index) ? [] : [{ task, output }];
  });
  if (pages.length > 0) return pages;
  const message =
    patterns.length > 0
      ? `nothing of ${patterns.join(', ')} is named to be opened`
      : 'no stage names an output to be opened';
  mistake(context, message, '`open: page` in a stage says that its output `page` is what people look at');
  return null;
}

/** `artifacts/report` goes to `published/report`. */
function folderFor(
  { directory: here }: Context,
  { directory, manifest }: Configured,
  { path, directory: isDirectory }: TaskOutput,
  out: string | undefined,
): string {
  if (out !== undefined) return resolve(here, out);
  const below = relative(manifest.artifacts, path);
  const profile = relative('artifacts', manifest.artifacts);
  return join(directory, 'published', profile, isDirectory ? below : below.replace(/\.[^./]+$/, ''));
}

function neededBy({ tasks }: Graph, { index }: Task): Set<number> {
  const found = new Set([index]);
  for (const each of found) for (const need of tasks[each]!.needs) found.add(need);
  return found;
}

/** A record tells of what is there only where all of it is as a run would leave it. */
async function isUpToDate(
  context: Context,
  configured: Configured,
  selection: ReadonlySet<number>,
  patterns: readonly string[],
): Promise<boolean> {
  const { directory, manifest, graph } = configured;
  const project = openProject(directory);
  try {
    const { tasks, stageIssues, inputIssues } = await project.inspect(manifest, graph, selection);
    if (stageIssues.length + inputIssues.length > 0) {
      printIssues(context, configured, stageIssues, inputIssues);
      return false;
    }
    const stale = tasks.filter(({ plan }) => verdictOf(plan) !== 'up to date');
    if (stale.length === 0) return true;
    const others = stale.length === 1 ? '' : ` and ${count(stale.length - 1, 'other task')}`;
    const message = `${stale[0]!.id}${others} ${stale.length === 1 ? 'is' : 'are'} not up to date`;
    mistake(
      context,
      message,
      `\`${['pipe run', ...patterns].join(' ')}\` makes it what its record would say`,
    );
    return false;
  } finally {
    await project.close();
  }
}

function shownPath({ directory }: Context, path: string): string {
  const short = relative(directory, path);
  return short.startsWith('..') ? path : short;
}

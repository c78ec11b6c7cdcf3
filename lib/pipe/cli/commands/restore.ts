import { loadPipeline } from '../../graph/load.ts';
import { count } from '../../report/quantity.ts';
import { openEngine } from '../../run/session.ts';
import { restoreOutputs, type Restoration } from '../../upkeep/restore.ts';
import type { Build } from '../../upkeep/verify.ts';
import { lockName, MANIFEST_FILE } from '../../store/layout.ts';
import { lockFrom, openLock } from '../../store/lock.ts';
import { configure, printDiagnostics } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { findProject } from '../locate.ts';
import type { ConfigurationOptions } from '../options.ts';
import { refuseHeld } from '../refusal.ts';
import { fileAt } from '../revision.ts';

interface RestoreOptions extends ConfigurationOptions {
  readonly json?: true;
}

const LISTED = 20;

/** `pipe restore`: the artifacts of a lock, as it lies here or in a revision. */
export async function restore(
  context: Context,
  revision: string | undefined,
  options: RestoreOptions,
): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const build =
    revision === undefined ? buildHere(context, options) : buildAt(context, directory, revision, options);
  if (build === null) return EXIT.mistake;
  const interrupted = interruption(context, () => undefined);
  try {
    const restoration = await restoreOutputs(openEngine(directory), build, {
      signal: interrupted.signal,
      waiting: ({ pid, host }) => {
        context.err(`waiting for another pipe run in this project (process ${pid} on ${host})\n`);
      },
    });
    return interrupted.status() ?? conclude(context, restoration, revision, options);
  } finally {
    interrupted.dispose();
  }
}

function buildHere(context: Context, options: RestoreOptions): Build | null {
  const configured = configure(context, options);
  if (configured === null) return null;
  const { directory, manifest, graph } = configured;
  const name = lockName(manifest.profile, manifest.experiment);
  const lock = openLock(directory, manifest.profile, manifest.experiment);
  if (lock.ids().length > 0) return { manifest, graph, lock };
  mistake(context, `there is no ${name} here, or nothing in it`, '`pipe run` makes it');
  return null;
}

/** Both files as the revision has them: where an output lies may have changed since. */
function buildAt(
  context: Context,
  directory: string,
  revision: string,
  { profile, set }: RestoreOptions,
): Build | null {
  const fileOf = (name: string): string | null =>
    fileAt(
      context,
      { directory, revision, name },
      'give a git revision, or none for the lock as it lies here',
    );
  const pipeline = fileOf(MANIFEST_FILE);
  if (pipeline === null) return null;
  const file = `${revision}:${MANIFEST_FILE}`;
  const loaded = loadPipeline(pipeline, { file, profile, sets: set, read: fileOf });
  if (!loaded.ok) {
    printDiagnostics(context, loaded.diagnostics, pipeline);
    return null;
  }
  const { manifest, graph } = loaded;
  const lock = fileOf(lockName(manifest.profile));
  return lock === null ? null : { manifest, graph, lock: lockFrom(lock) };
}

function conclude(
  context: Context,
  restoration: Restoration,
  revision: string | undefined,
  { json }: RestoreOptions,
): number {
  switch (restoration.type) {
    case 'stopped':
      return EXIT.interrupted;
    case 'locked':
      return refuseHeld(context, restoration);
    case 'finished': {
      if (json === true) context.out(`${JSON.stringify(restoration)}\n`);
      else for (const line of restoredLines(restoration, revision)) context.out(`${line}\n`);
      return restoration.lost.length > 0 ? EXIT.failed : EXIT.ok;
    }
  }
}

function restoredLines(
  { restored, inPlace, lost, unbuilt }: Extract<Restoration, { type: 'finished' }>,
  revision: string | undefined,
): string[] {
  const lines = [`restored ${count(restored, 'output')}, ${inPlace} in place already`];
  if (unbuilt > 0) lines.push(`${count(unbuilt, 'task')} not in the lock: never built`);
  if (lost.length === 0) return lines;
  lines.push(`${count(lost.length, 'output')} the store does not have:`);
  for (const { task, output, path } of lost.slice(0, LISTED)) lines.push(`  ${path} (${task}.${output})`);
  if (lost.length > LISTED) lines.push(`  and ${lost.length - LISTED} more`);
  const tasks = [...new Set(lost.map(({ task }) => task))];
  const few = tasks.length <= 3 ? ` ${tasks.map(quoted).join(' ')}` : '';
  const checkout = revision === undefined ? '' : `git checkout ${revision} && `;
  lines.push(`to make ${lost.length === 1 ? 'it' : 'them'} again: ${checkout}pipe run${few}`);
  return lines;
}

function quoted(task: string): string {
  return task.includes('@') ? `'${task}'` : task;
}

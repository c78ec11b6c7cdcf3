import { axisFiles } from '../../files/axis-files.ts';
import { loadPipeline } from '../../graph/load.ts';
import { bytes, count } from '../../report/quantity.ts';
import type { RemoteSettings } from '../../remote/settings.ts';
import type { Traffic } from '../../remote/remote-cache.ts';
import type { Selection } from '../../run/project.ts';
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
import { chosenRemote, opened, type RemoteOptions } from '../remote.ts';
import { fileAt } from '../revision.ts';

interface RestoreOptions extends ConfigurationOptions, RemoteOptions {
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
  const choice = chosenRemote(context, directory, build.manifest.remote, options);
  if (!choice.ok) return EXIT.mistake;
  return await restoreFrom(context, directory, build, {
    remote: choice.remote,
    revision,
    json: options.json,
  });
}

interface RestoreRequest {
  readonly remote: RemoteSettings | null;
  readonly selection?: Selection;
  readonly revision?: string | undefined;
  readonly json?: true | undefined;
}

/** From the store and, where there is one, the remote cache. */
export async function restoreFrom(
  context: Context,
  directory: string,
  build: Build,
  { remote: settings, selection, revision, json }: RestoreRequest,
): Promise<number> {
  const engine = openEngine(directory);
  const interrupted = interruption(context, () => undefined);
  const { signal } = interrupted;
  const remote = settings === null ? null : await opened(context, settings, engine.blobs, signal);
  try {
    if (settings !== null && remote === null) return EXIT.mistake;
    const waiting = ({ pid, host }: { readonly pid: number; readonly host: string }): void => {
      context.err(`waiting for another pipe run in this project (process ${pid} on ${host})\n`);
    };
    const sources = { remote, ...(selection && { selection }) };
    const restoration = await restoreOutputs(engine, build, { signal, waiting }, sources);
    return (
      interrupted.status() ??
      conclude(context, restoration, { revision, json, traffic: remote?.cache.traffic })
    );
  } finally {
    remote?.close();
    interrupted.dispose();
  }
}

export function buildHere(context: Context, options: ConfigurationOptions): Build | null {
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
  // Files that are values of axes need not be in git at all: those that are here count.
  const list = (pattern: string) => axisFiles(directory, pattern);
  const loaded = loadPipeline(pipeline, { file, profile, sets: set, read: fileOf, list });
  if (!loaded.ok) {
    printDiagnostics(context, loaded.diagnostics, pipeline);
    return null;
  }
  const { manifest, graph } = loaded;
  const lock = fileOf(lockName(manifest.profile));
  return lock === null ? null : { manifest, graph, lock: lockFrom(lock) };
}

interface Conclusion {
  readonly revision: string | undefined;
  readonly json: true | undefined;
  readonly traffic: Traffic | undefined;
}

function conclude(
  context: Context,
  restoration: Restoration,
  { revision, json, traffic }: Conclusion,
): number {
  switch (restoration.type) {
    case 'stopped':
      return EXIT.interrupted;
    case 'locked':
      return refuseHeld(context, restoration);
    case 'finished': {
      const from = traffic === undefined || traffic.downloaded === 0 ? {} : { remote: traffic };
      if (json === true) context.out(`${JSON.stringify({ ...restoration, ...from })}\n`);
      else for (const line of restoredLines(restoration, revision, traffic)) context.out(`${line}\n`);
      return restoration.lost.length > 0 ? EXIT.failed : EXIT.ok;
    }
  }
}

function restoredLines(
  { restored, inPlace, lost, moved, unbuilt }: Extract<Restoration, { type: 'finished' }>,
  revision: string | undefined,
  traffic: Traffic | undefined,
): string[] {
  const { downloaded, bytesDown } = traffic ?? { downloaded: 0, bytesDown: 0 };
  const came =
    downloaded === 0 ? '' : `; ${count(downloaded, 'file')} (${bytes(bytesDown)}) from the remote cache`;
  const lines = [`restored ${count(restored, 'output')}, ${inPlace} in place already${came}`];
  if (unbuilt > 0) lines.push(`${count(unbuilt, 'task')} not in the lock: never built`);
  for (const { output, files, to } of moved)
    lines.push(`${count(files.length, 'file')} in ${output} that no task made: moved to ${to}`);
  if (lost.length === 0) return lines;
  const had =
    traffic === undefined ? 'the store does not have' : 'neither the store nor the remote cache has';
  lines.push(`${count(lost.length, 'output')} ${had}:`);
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

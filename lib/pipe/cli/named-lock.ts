import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { runNamed } from '../run/past-runs.ts';
import { readFileSync } from '../store/disk.ts';
import { readExperiment } from '../store/experiments.ts';
import { layoutOf, lockName, lockProfile, runsPath } from '../store/layout.ts';
import { lockFrom, openLock, type Lock } from '../store/lock.ts';
import { lockOfRun } from './built.ts';
import type { Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';
import { WORKSPACE } from './experiments.ts';
import { fileAt } from './revision.ts';

/** The lock that a path, a past run, an experiment or a git revision names; null after saying that there is none. */
export function lockNamed(context: Context, { directory, manifest }: Configured, name: string): Lock | null {
  const path = resolve(context.directory, name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return lockAt(context, path, name);
  if (lockProfile(basename(name)) !== null) {
    mistake(context, `there is no ${name}`, '`pipe run` makes it');
    return null;
  }
  const run = runNamed(runsPath(layoutOf(directory)), name);
  if (run !== null) return lockOfRun(context, run);
  if (name === WORKSPACE) return openLock(directory, manifest.profile);
  const experiment = readExperiment(directory, name);
  if (experiment !== null) return openLock(directory, experiment.profile, name);
  const hint = 'give a git revision, an experiment, a run of `pipe log`, or the path of a lock';
  const text = fileAt(context, { directory, revision: name, name: lockName(manifest.profile) }, hint);
  return text === null ? null : lockFrom(text);
}

function lockAt(context: Context, path: string, name: string): Lock | null {
  const lock = lockFrom(readFileSync(path, 'utf8'));
  if (lock.ids().length > 0) return lock;
  mistake(context, `${name} is not a lock of pipe, or an empty one`);
  return null;
}

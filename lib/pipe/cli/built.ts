import { nearest } from '../manifest/suggest.ts';
import { keptLock } from '../run/kept-lock.ts';
import { readEvents, runDirectories, runNamed } from '../run/past-runs.ts';
import { basename } from 'node:path';
import { layoutOf, runsPath } from '../store/layout.ts';
import { openLock, type Lock } from '../store/lock.ts';
import { configure, configureIn, type Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';
import { findProject } from './locate.ts';
import type { ConfigurationOptions } from './options.ts';

export interface BuiltOptions extends ConfigurationOptions {
  /** A past run, instead of what lies here. */
  readonly run?: string;
}

/** What was built, and the pipeline with the values that it was built with. */
export interface Built {
  readonly configured: Configured;
  readonly lock: Lock;
}

/** By the lock as it lies here, of the project or an experiment, or as a run left it. Null after saying why not. */
export function builtBy(context: Context, { run, ...options }: BuiltOptions): Built | null {
  if (run !== undefined) return builtInRun(context, run, options);
  const configured = configure(context, options);
  if (configured === null) return null;
  const { directory, manifest } = configured;
  return { configured, lock: openLock(directory, manifest.profile, manifest.experiment) };
}

function builtInRun(context: Context, name: string, options: ConfigurationOptions): Built | null {
  const { as, profile, set } = options;
  const given = Object.entries({ '--as': as, '--profile': profile, '--set': set[0] }).find(
    ([, value]) => value !== undefined,
  );
  if (given !== undefined) {
    mistake(context, `--run and ${given[0]} do not go together`, 'a run has its own values');
    return null;
  }
  const directory = findProject(context);
  const run = directory === null ? null : runOf(context, directory, name);
  if (run === null) return null;
  const lock = lockOfRun(context, run);
  const configured = lock === null ? null : configurationOfRun(context, directory!, run);
  return configured === null ? null : { configured, lock: lock! };
}

/** The directory of a past run; null after saying that there is none. */
function runOf(context: Context, directory: string, name: string): string | null {
  const runs = runsPath(layoutOf(directory));
  const found = runNamed(runs, name);
  if (found !== null) return found;
  const near = nearest(
    name,
    runDirectories(runs).map((path) => basename(path)),
  );
  const hint = near === undefined ? '`pipe log` lists the runs' : `did you mean \`${near}\`?`;
  mistake(context, `there is no run \`${name}\``, hint);
  return null;
}

/** Null after saying that none was kept. */
export function lockOfRun(context: Context, run: string): Lock | null {
  const kept = keptLock(run);
  const name = basename(run);
  if (kept === null) mistake(context, `of the run ${name} no lock was kept`, '`pipe log` lists others');
  return kept;
}

/** The pipeline as it is now, with the profile and the values that a run had. */
export function configurationOfRun(context: Context, directory: string, run: string): Configured | null {
  const started = readEvents(run).find((event) => event.type === 'run-started');
  const { profile = 'default', origin } = started ?? {};
  const experiment = origin?.experiment ?? null;
  return configureIn(context, directory, {
    ...(profile !== 'default' && { profile }),
    ...(experiment !== null && { as: experiment }),
    set: origin?.set ?? [],
  });
}

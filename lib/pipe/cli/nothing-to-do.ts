import { realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { digestOf, type Digest } from '../digest.ts';
import type { RunEvent } from '../run/event.ts';
import { quietRun } from '../run/quiet-run.ts';
import { findStanding } from '../run/standing.ts';
import { lookThrough } from '../store/file-stat.ts';
import { layoutIn, MANIFEST_FILE } from '../store/layout.ts';
import type { Context } from './context.ts';
import { projectDirectory } from './locate.ts';
import { reporterFor } from './reporters.ts';
import { version } from './version.ts';
import type { RunCommandOptions } from './commands/report-run.ts';

/** Everything that a `pipe run` asks, so that the answer to the same question can be the same. */
export function questionOf(text: string, patterns: readonly string[], options: RunCommandOptions): Digest {
  const { profile, set, only, downstream, until } = options;
  const program = lookThrough(process.argv[1] ?? '');
  const build =
    program?.kind === 'file' ? [program.stat.inode, program.stat.size, program.stat.mtime].map(String) : [];
  return digestOf(JSON.stringify([build, text, patterns, { profile, set, only, downstream, until }]));
}

/** Null for what cannot be read, which is said where it has to be. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/**
 * Answers a `pipe run` at once when nothing has changed since the same question found nothing to do, before
 * `pipeline.yaml` is even read as YAML. False when it has to be looked into.
 */
export async function nothingToDo(
  context: Context,
  patterns: readonly string[],
  options: RunCommandOptions,
): Promise<boolean> {
  const startedAt = Date.now();
  const directory = projectDirectory(context.directory);
  if (directory === null) return false;
  const layout = layoutIn(realpathSync(directory), context.env['PIPE_CACHE_DIR']);
  const text = textOf(join(directory, MANIFEST_FILE));
  if (text === null) return false;
  const question = (files: readonly string[]): Digest => {
    const asked = [text, ...files.map((file) => textOf(join(directory, file)) ?? '')];
    return questionOf(asked.join('\0'), patterns, options);
  };
  const standing = findStanding(layout, question, context.env);
  if (standing === null) return false;
  const reporter = await reporterFor(context, options, () => new Map());
  const jobs = options.jobs ?? availableParallelism();
  try {
    const listener = (event: RunEvent) => {
      reporter.event(event);
    };
    const origin = { set: options.set, experiment: null, engine: version(), revision: null };
    quietRun(layout, standing, { jobs, startedAt, origin, listener });
  } finally {
    reporter.close();
  }
  return true;
}

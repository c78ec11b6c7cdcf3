import { basename, join } from 'node:path';
import { rmSync, statSync } from '../store/disk.ts';
import { filesBelow } from '../store/tree.ts';
import { runDirectories, lastRuns } from '../run/past-runs.ts';

/** As many as `pipe log` lists. */
const KEPT = 20;

export interface OldRuns {
  readonly runs: number;
  readonly files: number;
  readonly bytes: number;
}

export interface OldRunLimits {
  /** Milliseconds since the epoch: younger ones stay, too. */
  readonly before: number | null;
  /** Only says what would go. */
  readonly dryRun: boolean;
}

/**
 * Removes logs of runs beyond the newest, except those that `pipe why` still tells of: the last run that did
 * something with one of these tasks.
 */
export function freeOldRuns(
  runs: string,
  tasks: ReadonlySet<string>,
  { before, dryRun }: OldRunLimits,
): OldRuns {
  const old = oldRuns(runs, tasks, before);
  if (!dryRun) for (const { directory } of old) rmSync(directory, { recursive: true, force: true });
  return {
    runs: old.length,
    files: old.reduce((sum, { files }) => sum + files, 0),
    bytes: old.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

interface OldRun {
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

function oldRuns(runs: string, tasks: ReadonlySet<string>, before: number | null): OldRun[] {
  const older = runDirectories(runs).slice(KEPT);
  if (older.length === 0) return [];
  const told = new Set([...lastRuns(runs, tasks).values()].map(({ run }) => run));
  return older
    .filter((directory) => !told.has(basename(directory)))
    .filter((directory) => before === null || statSync(directory).mtimeMs < before)
    .map((directory) => {
      const files = filesBelow(directory);
      const bytes = files.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
      return { directory, files: files.length, bytes };
    });
}

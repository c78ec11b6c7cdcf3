import { basename, join } from 'node:path';
import { rmSync, statSync } from '../store/disk.ts';
import { filesBelow } from '../store/tree.ts';
import { runDirectories, lastRuns } from '../run/past-runs.ts';

/** As many as `pipe log` lists. */
const KEPT = 20;

export interface OldRun {
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Logs of runs beyond the newest, except those that `pipe why` still tells of: the last run that did
 * something with one of these tasks. `before`, in milliseconds since the epoch: younger ones stay, too.
 */
export function oldRuns(runs: string, tasks: ReadonlySet<string>, before: number | null): OldRun[] {
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

export function removeRuns(runs: readonly OldRun[]): void {
  for (const { directory } of runs) rmSync(directory, { recursive: true, force: true });
}

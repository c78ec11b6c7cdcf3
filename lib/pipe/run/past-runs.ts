import { basename, join } from 'node:path';
import type { Outcome } from '../plan/outcome.ts';
import { readdirSync, readFileSync } from '../store/disk.ts';
import type { RunEvent } from './event.ts';
import type { Reason } from '../plan/reason.ts';

/** The last time a run did something with a task. */
export interface PastRun {
  readonly run: string;
  readonly at: number;
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
}

/** Directories of recorded runs, newest first. Their names sort by time. */
export function runDirectories(runs: string): string[] {
  try {
    return readdirSync(runs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(runs, entry.name))
      .sort()
      .reverse();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The directory of a run; `last` is the newest. Null when there is none of that name. */
export function runNamed(runs: string, name: string): string | null {
  const directories = runDirectories(runs);
  return (name === 'last' ? directories[0] : directories.find((path) => basename(path) === name)) ?? null;
}

/** The events of one run. A last line that a kill cut short is left out. */
export function readEvents(directory: string): RunEvent[] {
  let text: string;
  try {
    text = readFileSync(join(directory, 'events.ndjson'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line) => parseEvent(line) ?? []);
}

/** Null for a line that a damaged disk made something else. */
function parseEvent(line: string): RunEvent | null {
  try {
    const event = JSON.parse(line) as Partial<RunEvent> | null;
    return typeof event?.type === 'string' ? (event as RunEvent) : null;
  } catch {
    return null;
  }
}

/** For each task, the last thing that a run of the project, or of an experiment, did with it other than finding it up to date. */
export function lastRuns(
  runs: string,
  tasks: ReadonlySet<string>,
  experiment: string | null = null,
): Map<string, PastRun> {
  const found = new Map<string, PastRun>();
  for (const directory of runDirectories(runs)) {
    if (found.size === tasks.size) break;
    for (const [task, past] of runsIn(readEvents(directory), experiment)) {
      if (tasks.has(task) && !found.has(task)) found.set(task, past);
    }
  }
  return found;
}

function runsIn(events: readonly RunEvent[], experiment: string | null): Map<string, PastRun> {
  const reasons = new Map<string, readonly Reason[]>();
  const ended = new Map<string, PastRun>();
  let run = '';
  for (const event of events) {
    if (event.type === 'run-started') {
      if ((event.origin?.experiment ?? null) !== experiment) return ended;
      run = event.run;
    }
    if (event.type === 'task-started') reasons.set(event.task, event.reasons);
    if (event.type !== 'task-finished') continue;
    const { task, outcome, at } = event;
    if (outcome.type === 'fresh' || outcome.type === 'skipped') continue;
    ended.set(task, { run, at, outcome, reasons: reasons.get(task) ?? [] });
  }
  return ended;
}

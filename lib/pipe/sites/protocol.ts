import type { Digest } from '../digest.ts';
import type { Numbers } from '../execute/executor.ts';
import type { CheckRequest } from '../execute/protocol.ts';
import type { Json } from '../json.ts';
import type { Failure } from '../plan/outcome.ts';
import type { OutputDigests } from '../plan/record.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import type { Needs } from './needs.ts';

/**
 * What is said between a driver and its jobs, in the folder of a batch: `tasks.ndjson` (the driver's: this head, a line
 * for each task, and when the engine has taken it a line with the job's id), and for each element `<i>.ndjson` (the
 * job's) and `<i>.log` (what the engine writes of it).
 */
export interface BatchHead {
  readonly pipe: 1;
  readonly site: string;
  /** What takes its jobs; without it, Slurm. */
  readonly engine?: 'command';
  readonly driver: ProcessIdentity;
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly jobs: number;
  readonly needs: Needs;
  /** What all its tasks need, once. */
  readonly common: Json;
  /** Of a job that has no tasks: what it is to say of its machine. */
  readonly questions?: readonly Question[];
}

/** What a stage is asked for its toolchain by; of its environment the names, since it is where it is asked. */
export interface Question {
  readonly request: Omit<CheckRequest, 'env'>;
  readonly env: readonly string[];
  readonly passEnv: readonly string[];
}

export interface TaskLine {
  /** The element that carries it out. */
  readonly element: number;
  readonly fingerprint: Digest;
  readonly task: string;
  /** Milliseconds that it is thought to take; null where nothing is known. */
  readonly expected: number | null;
  /** All that carrying it out takes. */
  readonly ticket: Json;
  /** What its job goes on with when it is done, each when the one before is. */
  readonly chain?: readonly Link[];
}

/** A task whose action hangs on the bytes of the one before it. */
export interface Link {
  readonly task: string;
  /** A digest of all that is known of its action: its name until its fingerprint is known. */
  readonly open: Digest;
  /** All that carrying it out takes, but those bytes. */
  readonly ticket: Json;
}

/** Of a batch whose jobs share no files with the driver: the key of its messages. */
export interface KeyLine {
  readonly key: string;
}

export interface TakenLine {
  readonly job: string;
}

/** What a job says of a task in the end. */
export type Answer =
  | {
      readonly type: 'done';
      readonly outputs: OutputDigests;
      readonly ms: number;
      /** Of somebody else's making: nothing ran. */
      readonly known?: true;
      /** Paths that it read without an input that declares them. */
      readonly undeclared: readonly string[];
      /** How the blobs lie, so that nobody has to read them again. */
      readonly blobs: readonly BlobStamp[];
    }
  | Failure
  /** Its inputs do not lie as they did when it was planned, or moved meanwhile. */
  | { readonly type: 'moved'; readonly paths: readonly string[] }
  /** The stage names another toolchain on this node than the one that it was planned for. */
  | { readonly type: 'other-toolchain'; readonly said: Readonly<Record<string, string>> | null };

/** Digest, and of the file: size, times and inode as texts, and when it was sealed (milliseconds). */
export type BlobStamp = readonly [
  digest: Digest,
  size: string,
  mtime: string,
  ctime: string,
  inode: string,
  at: number,
];

/** One line of `<i>.ndjson`. */
export type JobLine =
  | { readonly t: 'begun'; readonly job: string; readonly node: string; readonly at: number }
  /** A driver took the place of a job that will not run any more. */
  | { readonly t: 'revoked'; readonly at: number }
  | { readonly t: 'started'; readonly f: Digest; readonly at: number }
  | {
      readonly t: 'progress';
      readonly f: Digest;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      readonly note: string;
      readonly numbers?: Numbers;
    }
  | { readonly t: 'log'; readonly f: Digest; readonly stream: 'out' | 'err'; readonly text: string }
  | { readonly t: 'warning'; readonly f: Digest; readonly text: string }
  | { readonly t: 'answer'; readonly f: Digest; readonly answer: Answer }
  /** What it goes on with after the task `after`: from here on the link `open` is an action like others. */
  | { readonly t: 'next'; readonly f: Digest; readonly open: Digest; readonly after: Digest }
  /** Not begun: the time that is left is too short for it. */
  | { readonly t: 'left'; readonly f: Digest }
  | { readonly t: 'alive'; readonly at: number }
  /** Up to here it is what the `n`-th message of a job had that shares no files with the driver. */
  | { readonly t: 'mail'; readonly n: number }
  /** What its machine is, and for each question the toolchain; null where the stage could not be asked. */
  | {
      readonly t: 'probed';
      readonly machine: string;
      readonly toolchains: readonly (Readonly<Record<string, string>> | null)[];
    }
  | { readonly t: 'ended'; readonly at: number };

export const TASKS_FILE = 'tasks.ndjson';

export function linesFile(index: number): string {
  return `${index}.ndjson`;
}

export function logFile(index: number): string {
  return `${index}.log`;
}

/** Seconds after which a job that has nothing to say says that it is there. */
export const HEARTBEAT = 30;

/** What stands in `tasks.ndjson`; null when its head is not there whole (yet). */
export function readBatch(text: string): {
  readonly head: BatchHead;
  readonly tasks: readonly TaskLine[];
  readonly job: string | null;
  readonly key: string | null;
} | null {
  const lines = text.split('\n').slice(0, -1);
  const [first, ...rest] = lines.map((line) => parse(line));
  const head = first as BatchHead | null | undefined;
  if (head?.pipe !== 1) return null;
  const tasks: TaskLine[] = [];
  let job: string | null = null;
  let key: string | null = null;
  for (const line of rest as (Partial<TaskLine & TakenLine & KeyLine> | null)[]) {
    if (line?.job !== undefined) job = line.job;
    else if (line?.key !== undefined) key = line.key;
    else if (line?.fingerprint !== undefined) tasks.push(line as TaskLine);
  }
  return { head, tasks, job, key };
}

export function writeBatch(head: BatchHead, tasks: readonly TaskLine[]): string {
  return [head, ...tasks].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Null for a line that is damaged. */
export function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

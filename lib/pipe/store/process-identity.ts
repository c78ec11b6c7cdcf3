import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /**
   * The machine's start and the space of process numbers that it runs in, and when it began there, in the kernel's
   * ticks; empty where the kernel does not tell.
   */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return identityOf(process.pid);
}

export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: startOf(pid) ?? '' };
}

/**
 * Whether a process still runs, as far as it can be seen from another: not on another host, and neither in another
 * start of one of that name nor in another container, whose numbers mean other processes.
 */
export function lifeOf(process: ProcessIdentity, me: ProcessIdentity): 'alive' | 'dead' | 'unseen' {
  if (process.host !== me.host || spaceOf(process) !== spaceOf(me)) return 'unseen';
  return isAlive(process) ? 'alive' : 'dead';
}

function spaceOf({ started }: ProcessIdentity): string {
  return started.slice(0, started.lastIndexOf('/') + 1);
}

/** Whether a process among those that can be seen from here still runs. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  const now = startOf(pid);
  if (now !== null) return now === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process that began this one, the one that began that, and so on; as far as the kernel tells. */
export function beganBy(pid: number): readonly number[] {
  const began: number[] = [];
  for (let at = parentOf(pid); at !== null && at > 0 && !began.includes(at); at = parentOf(at))
    began.push(at);
  return began;
}

/** Field 4 of `/proc/<pid>/stat`. */
function parentOf(pid: number): number | null {
  const fields = fieldsOf(pid);
  return fields === null ? null : Number(fields[1]);
}

/** Names one start of this machine; empty where the kernel does not tell. */
export function bootIdentity(): string {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** The fields of `/proc/<pid>/stat` from the third on; null without such a process (or /proc). */
function fieldsOf(pid: number): readonly string[] | null {
  const text = readProc(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may hold anything.
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Field 22, with what it counts from; null without such a process. */
function startOf(pid: number): string | null {
  const fields = fieldsOf(pid);
  if (fields === null) return null;
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
  return `${bootIdentity()}/${numberSpace()}/${fields[19] ?? ''}`;
}

/** Names the space of process numbers: a container has one of its own. */
function numberSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

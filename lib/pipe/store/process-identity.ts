import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it began, in the kernel's ticks since the machine started; empty where the kernel does not tell. */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return identityOf(process.pid);
}

export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: startOf(pid) ?? '' };
}

/** Whether a process of this host still runs. */
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

/** Names one start of this machine; empty where the kernel does not tell. */
export function bootIdentity(): string {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** Field 22 of `/proc/<pid>/stat`, with the boot it counts from; null without such a process (or /proc). */
function startOf(pid: number): string | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
  return `${bootIdentity()}/${fields[19] ?? ''}`;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

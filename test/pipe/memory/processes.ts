import { hostname } from 'node:os';
import type { ProcessIdentity } from '../../../lib/pipe/store/process-identity.ts';

/**
 * Processes that are none, which stand behind `lib/pipe/store/process-identity.ts`: one lives at a time, and those
 * before it are dead.
 */

let living = 1;
let starts = 1;

/** The one that lived is dead from now on, and another one asks. */
export function startAnew(): void {
  living += 1;
}

/** The same of the whole machine. */
export function startMachineAnew(): void {
  startAnew();
  starts += 1;
}

export function thisProcess(): ProcessIdentity {
  return identityOf(living);
}

export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: String(pid) };
}

export function lifeOf(process: ProcessIdentity, me: ProcessIdentity): 'alive' | 'dead' | 'unseen' {
  if (process.host !== me.host) return 'unseen';
  return isAlive(process) ? 'alive' : 'dead';
}

export function isAlive({ pid }: ProcessIdentity): boolean {
  return pid === living;
}

export function bootIdentity(): string {
  return `start ${starts}`;
}

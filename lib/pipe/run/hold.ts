import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '../store/process-identity.ts';
import { thisProcess } from '../store/process-identity.ts';
import { tryLock, type LockAttempt } from '../store/project-lock.ts';

/** Who waits for a project, and is told so. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** Called once, when another process of this machine has it. */
  readonly waiting: (holder: ProcessIdentity) => void;
}

/** Takes a project for this process; another one that has it is waited for. */
export async function waitForProject(
  file: string,
  { signal, waiting }: Waiter,
): Promise<Exclude<LockAttempt, { type: 'busy' }> | 'stopped'> {
  const me = thisProcess();
  for (let told = false; ;) {
    const attempt = tryLock(file, me);
    if (attempt.type !== 'busy') return attempt;
    if (signal.aborted) return 'stopped';
    if (!told) waiting(attempt.holder);
    told = true;
    await sleep(100);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { runLockPath } from '../store/layout.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import { thisProcess } from '../store/process-identity.ts';
import { tryLock, type LockAttempt } from '../store/project-lock.ts';

/** Who waits for a project, and is told so. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** Called once, when another process of this machine has it. */
  readonly waiting: (holder: ProcessIdentity) => void;
}

/** Why a project could not be taken: the waiter had enough, or nobody here can say whether its holder lives. */
export type NotHeld =
  { readonly type: 'stopped' } | { readonly type: 'locked'; readonly host: string; readonly pid: number };

/** Takes a project for this process while it works there; another one that has it is waited for. */
export async function whileHeld<T>(
  project: string,
  waiter: Waiter,
  work: () => Promise<T>,
): Promise<T | NotHeld> {
  const hold = await waitForLock(runLockPath(project), waiter);
  if (hold === 'stopped') return { type: 'stopped' };
  if (hold.type === 'foreign') return { type: 'locked', host: hold.holder.host, pid: hold.holder.pid };
  try {
    return await work();
  } finally {
    hold.release();
  }
}

async function waitForLock(
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

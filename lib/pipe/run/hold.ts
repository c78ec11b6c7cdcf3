import { setTimeout as sleep } from 'node:timers/promises';
import { runLockPath } from '../store/layout.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import { beganBy, thisProcess } from '../store/process-identity.ts';
import { tryLock, type LockAttempt } from '../store/project-lock.ts';

/** Who waits for a project, and is told so. */
export interface Waiter {
  readonly signal: AbortSignal;
  /** Called once, when another process of this machine has it. */
  readonly waiting: (holder: ProcessIdentity) => void;
}

/** A project that another process has, which is not waited for. */
export interface Locked {
  readonly type: 'locked';
  readonly host: string;
  readonly pid: number;
  /**
   * Whether that process is one of those that began this one, as that of a task: it would wait for us. If not, nobody
   * here can say whether it lives.
   */
  readonly within: boolean;
}

/** Why a project could not be taken: the waiter had enough, or there is nothing to wait for. */
export type NotHeld = { readonly type: 'stopped' } | Locked;

/** Takes a project for this process while it works there; another one that has it is waited for. */
export async function whileHeld<T>(
  project: string,
  waiter: Waiter,
  work: () => Promise<T>,
): Promise<T | NotHeld> {
  const hold = await waitForLock(runLockPath(project), waiter);
  if (hold === 'stopped') return { type: 'stopped' };
  if (hold.type !== 'held') {
    const { host, pid } = hold.holder;
    return { type: 'locked', host, pid, within: hold.type === 'busy' };
  }
  try {
    return await work();
  } finally {
    hold.release();
  }
}

async function waitForLock(file: string, { signal, waiting }: Waiter): Promise<LockAttempt | 'stopped'> {
  const me = thisProcess();
  for (let told = false; ;) {
    const attempt = tryLock(file, me);
    if (attempt.type !== 'busy') return attempt;
    if (signal.aborted) return 'stopped';
    if (!told && beganBy(me.pid).includes(attempt.holder.pid)) return attempt;
    if (!told) waiting(attempt.holder);
    told = true;
    await sleep(100);
  }
}

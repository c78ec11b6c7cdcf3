import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../plan/outcome.ts';
import type { Execution } from './execution.ts';

/** Failures that another attempt would only repeat. */
const inVain: readonly Failure['reason'][] = ['store-failed', 'bad-input', 'input-undeclared'];

export async function withRetries<T extends { readonly type: string }>(
  retries: number,
  { listener, signal }: Pick<Execution, 'listener' | 'signal'>,
  attempted: () => Promise<T | Failure>,
): Promise<T | Failure> {
  for (let retry = 1; ; retry++) {
    const result = await attempted();
    const last = retry > retries || signal.aborted;
    if (!isFailure(result) || last || inVain.includes(result.reason)) return result;
    listener.warning(`failed (${result.reason}); retry ${retry} of ${retries}`);
    const stopped = await pause(Math.min(1000, 50 * 2 ** retry), signal);
    if (stopped) return result;
  }
}

function isFailure(result: { readonly type: string }): result is Failure {
  return result.type === 'failed';
}

/** Ends early, and gives true, when the run is stopped. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return false;
  } catch (error) {
    if (!signal.aborted) throw error;
    return true;
  }
}

import type { Failure } from '../plan/outcome.ts';
import { refusalIn } from '../store/refused.ts';

type StoreFailure = Extract<Failure, { reason: 'store-failed' }>;

/** Whether an error is the disk's doing: full, read-only, not permitted. Anything else is a bug. */
export function storeFailure(error: unknown, project: string): StoreFailure {
  const refusal = refusalIn(error);
  if (refusal === null) throw error;
  return { type: 'failed', log: null, reason: 'store-failed', ...refusal, path: refusal.path ?? project };
}

import type { Digest } from '../digest.ts';
import type { Reason } from './reason.ts';

/** What is to be done for one task, and why. */
export type TaskPlan =
  /** Recorded, and every output file has the recorded bytes. */
  | { readonly state: 'fresh' }
  /** The action is known and the store has its outputs; `reasons` say why the recorded ones do not do. */
  | { readonly state: 'restorable'; readonly reasons: readonly Reason[] }
  | { readonly state: 'stale'; readonly reasons: readonly Reason[] }
  /**
   * Whether it has to run depends on the bytes that `upstream` (task indices) will write. `reasons` are
   * those certain already; when there are none, equal bytes will leave the task fresh.
   */
  | {
      readonly state: 'unknown';
      readonly upstream: readonly number[];
      readonly reasons: readonly Reason[];
    };

export interface OutputDigest {
  readonly name: string;
  readonly digest: Digest;
}

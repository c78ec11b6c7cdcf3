import type { Digest } from '../digest.ts';

/** A known action as the store holds it. */
export interface StoredAction {
  readonly fingerprint: Digest;
  /** Of its entry, in bytes. */
  readonly size: number;
  /** When it was last of use; milliseconds since the epoch. */
  readonly usedAt: number;
  /** How long it took to run; milliseconds. */
  readonly ms: number;
  /** Every blob that it takes to restore it, the members of directories included. */
  readonly blobs: readonly Digest[];
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
}

export interface SweepRequest {
  readonly actions: readonly StoredAction[];
  readonly blobs: readonly StoredBlob[];
  /** What may not go: fingerprints and blobs that a lock needs, or a run that is going on. */
  readonly needed: { has(digest: Digest): boolean };
  /** Bytes that are to be left at most; null for no bound. */
  readonly maxSize: number | null;
  /** Only what was last of use before this goes, in milliseconds since the epoch; null for no bound. */
  readonly before: number | null;
}

export interface SweepPlan {
  readonly actions: readonly StoredAction[];
  readonly blobs: readonly StoredBlob[];
  /** Bytes that stay, and those of them that were not to be dropped. */
  readonly left: number;
  readonly needed: number;
}

/**
 * What to drop from a store. An action goes with the blobs that no other one holds, the longest unused
 * first; with a bound on the size, only until that is reached. A blob that belongs to no action and no
 * lock can never be of use: it goes in any case.
 */
export function planSweep({ actions, blobs, needed, maxSize, before }: SweepRequest): SweepPlan {
  const holders = new Map<Digest, number>();
  for (const action of actions) for (const blob of action.blobs) count(holders, blob, 1);
  const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]));
  const free = (digest: Digest) => !needed.has(digest) && (holders.get(digest) ?? 0) === 0;
  let left = sum(blobs.filter(({ digest }) => !free(digest))) + sum(actions);
  const dropped: StoredAction[] = [];
  const candidates = actions.filter(({ fingerprint }) => !needed.has(fingerprint));
  for (const action of candidates.sort((a, b) => a.usedAt - b.usedAt)) {
    if (maxSize !== null && left <= maxSize) break;
    if (before !== null && action.usedAt >= before) break;
    dropped.push(action);
    left -= action.size;
    for (const blob of action.blobs) {
      count(holders, blob, -1);
      if (free(blob)) left -= sizes.get(blob) ?? 0;
    }
  }
  return {
    actions: dropped,
    blobs: blobs.filter(({ digest }) => free(digest)),
    left,
    needed:
      sum(blobs.filter(({ digest }) => needed.has(digest))) +
      sum(actions.filter(({ fingerprint }) => needed.has(fingerprint))),
  };
}

function count(holders: Map<Digest, number>, blob: Digest, by: number): void {
  holders.set(blob, (holders.get(blob) ?? 0) + by);
}

function sum(files: readonly { readonly size: number }[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

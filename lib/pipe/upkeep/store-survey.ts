import type { Digest } from '../digest.ts';
import type { StoredAction } from '../plan/sweep.ts';
import type { ActionCache, ActionResult } from '../store/actions.ts';
import { membersOf, takeInventory, type StoreFile, type UnnamedFile } from '../store/inventory.ts';
import type { Layout } from '../store/layout.ts';
import { digestsInLocks } from '../store/users.ts';

/** What lies in a store, and what of it may not go. */
export interface StoreSurvey {
  readonly locks: number;
  /** Fingerprints and blobs that a lock names, or that were of use since a certain time. */
  readonly needed: ReadonlySet<Digest>;
  readonly actions: readonly StoredAction[];
  /** Entries of actions that nothing can be restored from: damaged, or without their blobs. */
  readonly broken: readonly StoreFile[];
  readonly unnamed: readonly UnnamedFile[];
  readonly blobs: readonly StoreFile[];
  readonly entries: ReadonlyMap<Digest, StoreFile>;
}

/** `since`, in milliseconds since the epoch: whatever a run has made or restored from then on is needed. */
export function surveyStore(
  layout: Layout,
  actions: ActionCache,
  projects: readonly string[],
  since: number,
): StoreSurvey {
  const { blobs, actions: entries, unnamed } = takeInventory(layout);
  const there = new Set(blobs.map(({ digest }) => digest));
  const closure = closureIn(layout, there);
  const inLocks = projects.map(digestsInLocks);
  const named = inLocks.flatMap(({ digests }) => [...digests]);
  const recent = blobs.filter((blob) => changedAt(blob) >= since).map(({ digest }) => digest);
  const needed = new Set([...named, ...recent].flatMap(closure));
  const broken: StoreFile[] = [];
  const stored: StoredAction[] = [];
  for (const entry of entries) {
    const result = actions.find(entry.digest);
    const action = result === null ? null : storedAction(entry, result, closure);
    const inUse = changedAt(entry) >= since;
    if (action === null || !action.blobs.every((digest) => there.has(digest))) {
      if (!inUse) broken.push(entry);
      continue;
    }
    stored.push(action);
    if (!inUse && !needed.has(entry.digest)) continue;
    for (const digest of [entry.digest, ...action.blobs]) needed.add(digest);
  }
  const locks = inLocks.reduce((sum, each) => sum + each.locks, 0);
  const byFingerprint = new Map(entries.map((entry) => [entry.digest, entry]));
  return { locks, needed, actions: stored, broken, unnamed, blobs, entries: byFingerprint };
}

/** When a file was last given its name or touched, whatever times it was given; milliseconds. */
export function changedAt({ stat }: UnnamedFile): number {
  return Number(stat.ctime / 1_000_000n);
}

function storedAction(
  { digest: fingerprint, stat }: StoreFile,
  { outputs, ms }: ActionResult,
  closure: (digest: Digest) => readonly Digest[],
): StoredAction {
  const blobs = [...new Set(Object.values(outputs).flatMap(closure))];
  return { fingerprint, size: Number(stat.size), usedAt: Number(stat.mtime / 1_000_000n), ms, blobs };
}

/** A blob with what it lists; each is read once. */
function closureIn(layout: Layout, there: ReadonlySet<Digest>): (digest: Digest) => readonly Digest[] {
  const known = new Map<Digest, readonly Digest[]>();
  return (digest) => {
    let all = known.get(digest);
    if (all === undefined) {
      all = [digest, ...(there.has(digest) ? membersOf(layout, digest) : [])];
      known.set(digest, all);
    }
    return all;
  };
}

import type { Digest } from '../digest.ts';
import type { StoredAction } from '../plan/sweep.ts';
import { goneOutputs, stayingOutputs, type ActionCache, type ActionResult } from '../store/actions.ts';
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
  const inLocks = projects.map((project) => digestsInLocks(project));
  const named = new Set(inLocks.flatMap(({ digests }) => [...digests]));
  const recent = blobs.filter((blob) => changedAt(blob) >= since).map(({ digest }) => digest);
  const results = new Map(entries.map((entry) => [entry, actions.find(entry.digest)]));
  const needed = new Set([...named].flatMap(closure));
  for (const digest of givenUp(results, named, closure)) needed.delete(digest);
  for (const digest of recent.flatMap(closure)) needed.add(digest);
  const broken: StoreFile[] = [];
  const stored: StoredAction[] = [];
  for (const [entry, result] of results) {
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

/** What locks name, as outputs or inputs, and was given up; not what another output that stays has. */
function givenUp(
  results: ReadonlyMap<StoreFile, ActionResult | null>,
  named: ReadonlySet<Digest>,
  closure: (digest: Digest) => readonly Digest[],
): ReadonlySet<Digest> {
  const gone = new Set<Digest>();
  const stays = new Set<Digest>();
  for (const [{ digest: fingerprint }, result] of results) {
    if (result === null) continue;
    for (const digest of goneOutputs(result)) for (const each of bytesOf(closure(digest))) gone.add(each);
    if (!named.has(fingerprint)) continue;
    for (const digest of stayingOutputs(result).flatMap(closure)) stays.add(digest);
  }
  return new Set([...gone].filter((digest) => !stays.has(digest)));
}

/** Of a directory only its files: its listing says what is read of it, and is small. */
function bytesOf([digest, ...members]: readonly Digest[]): readonly Digest[] {
  return members.length > 0 ? members : [digest!];
}

/** When a file was last given its name or touched, whatever times it was given; milliseconds. */
export function changedAt({ stat }: UnnamedFile): number {
  return Number(stat.ctime / 1_000_000n);
}

function storedAction(
  { digest: fingerprint, stat }: StoreFile,
  result: ActionResult,
  closure: (digest: Digest) => readonly Digest[],
): StoredAction {
  const listings = goneOutputs(result).flatMap((digest) => {
    return closure(digest).length > 1 ? [digest] : [];
  });
  const blobs = [...new Set([...stayingOutputs(result).flatMap(closure), ...listings])];
  const usedAt = Number(stat.mtime / 1_000_000n);
  return { fingerprint, size: Number(stat.size), usedAt, ms: result.ms, blobs };
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

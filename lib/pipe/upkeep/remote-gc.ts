import type { Digest } from '../digest.ts';
import { planSweep, type StoredAction } from '../plan/sweep.ts';
import type { ActionEntry } from '../remote/action-result.ts';
import type { Kind, Listed } from '../remote/dialect.ts';
import type { OpenRemote } from '../remote/open.ts';

export interface RemoteSweepLimits {
  /** Fingerprints that may not go. */
  readonly needed: ReadonlySet<Digest>;
  readonly maxSize: number | null;
  /** Only what was written before this goes; milliseconds since the epoch. */
  readonly before: number | null;
  readonly dryRun: boolean;
}

export type RemoteSweep =
  | {
      readonly type: 'swept';
      readonly results: number;
      readonly files: number;
      readonly bytes: number;
      /** Bytes that are left there. */
      readonly left: number;
    }
  /** Its files cannot be listed. */
  | { readonly type: 'unlisted' }
  /** Not all of it could be read, so nothing was dropped; or not all could be dropped. What was wrong was told. */
  | { readonly type: 'failed' };

/** Milliseconds for which blobs may be there before the entry that names them is. */
const underWay = 24 * 3_600_000;

/** Drops entries that are old, or the oldest of too many, and blobs that no entry names any more. */
export async function sweepRemote(remote: OpenRemote, limits: RemoteSweepLimits): Promise<RemoteSweep> {
  if (!remote.store.lists) return { type: 'unlisted' };
  const startedAt = Date.now();
  const entries = await listAll(remote, 'ac');
  const blobs = entries === null ? null : await listAll(remote, 'cas');
  if (entries === null || blobs === null) return { type: 'failed' };
  const read = await Promise.all(entries.map((entry) => remote.cache.read(digestOf(entry))));
  const actions: StoredAction[] = [];
  for (const [index, entry] of entries.entries()) {
    const said = read[index]!;
    if (said === 'unread') return { type: 'failed' };
    if (said !== 'gone') actions.push(actionOf(entry, said));
  }
  const plan = planSweep({
    actions,
    blobs: blobs
      .filter(({ writtenAt }) => writtenAt < startedAt - underWay)
      .map((blob) => ({ digest: digestOf(blob), size: blob.size })),
    needed: limits.needed,
    maxSize: limits.maxSize,
    before: limits.before,
  });
  const gone = {
    ac: plan.actions.map(({ fingerprint, size }) => ({ digest: fingerprint, size })),
    cas: plan.blobs,
  };
  // Entries first: one without its blobs is only a miss, but it costs a warning.
  for (const kind of ['ac', 'cas'] as const) {
    if (limits.dryRun) break;
    const removed = await Promise.all(gone[kind].map(({ digest }) => remote.cache.drop(kind, digest)));
    if (!removed.every((each) => each)) return { type: 'failed' };
  }
  const dropped = [...gone.ac, ...gone.cas];
  const bytes = sum(dropped);
  return {
    type: 'swept',
    results: gone.ac.length,
    files: dropped.length,
    bytes,
    left: sum(entries) + sum(blobs) - bytes,
  };
}

/** Null when it could not be listed to the end. */
async function listAll({ store, courier }: OpenRemote, kind: Kind): Promise<Listed[] | null> {
  const all: Listed[] = [];
  const next = async (after: string | null): Promise<Listed[] | null> => {
    const page = await courier.ask('read', (signal) => store.list(kind, after, signal));
    if (page === null) return null;
    for (const file of page.files) all.push(file);
    return page.after === null ? all : await next(page.after);
  };
  return await next(null);
}

/** The text of the action is a blob under its fingerprint. What is no entry names nothing and can go. */
function actionOf(entry: Listed, said: ActionEntry | null): StoredAction {
  const fingerprint = digestOf(entry);
  const blobs = [...new Set([fingerprint, ...(said?.files ?? []).map(({ digest }) => digest)])];
  return { fingerprint, size: entry.size, usedAt: entry.writtenAt, ms: said?.ms ?? 0, blobs };
}

function digestOf({ hash }: Listed): Digest {
  return `sha256:${hash}`;
}

function sum(files: readonly { readonly size: number }[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

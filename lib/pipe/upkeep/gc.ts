import type { Digest } from '../digest.ts';
import { planSweep, type StoredAction, type SweepPlan } from '../plan/sweep.ts';
import type { ActionCache } from '../store/actions.ts';
import { rmSync, statSync } from '../store/disk.ts';
import { look } from '../store/file-stat.ts';
import { drop, sizeOf, type UnnamedFile } from '../store/inventory.ts';
import { runLockPath, type Layout } from '../store/layout.ts';
import { thisProcess, type ProcessIdentity } from '../store/process-identity.ts';
import { tryLock } from '../store/project-lock.ts';
import { digestsInLocks, usersOf, type StoreUser } from '../store/users.ts';
import { CodeCache } from '../code/code-cache.ts';
import { pythonInUse } from '../code/python-index.ts';
import { oldCode } from './old-code.ts';
import { changedAt, surveyStore, type StoreSurvey } from './store-survey.ts';
import { WorkDirectories } from '../run/work-directory.ts';

export interface GcLimits {
  /** Bytes that the store is to have at most; null for no bound. */
  readonly maxSize: number | null;
  /** Milliseconds for which a result that no lock needs is kept; null for not at all. */
  readonly maxAge: number | null;
  readonly dryRun: boolean;
}

export type GcResult =
  | {
      readonly type: 'swept';
      /** Actions dropped, and the milliseconds that it takes to run them again. */
      readonly actions: number;
      readonly ms: number;
      readonly files: number;
      readonly bytes: number;
      /** Of the project's bundled code: what neither a lock nor a module of today needs. */
      readonly code: { readonly bundles: number; readonly files: number; readonly bytes: number };
      /** Bytes left in the store, and those of them that locks need or a run uses. */
      readonly left: number;
      readonly needed: number;
      readonly locks: number;
      /** Projects in which a run goes on: nothing is dropped that it has used. */
      readonly busy: readonly string[];
    }
  /** Nothing was done: what these projects need cannot be seen from here. */
  | { readonly type: 'unseen'; readonly users: readonly StoreUser[] };

/**
 * Drops what no lock needs of any project that uses the store. Projects at rest are held, so that no run
 * starts meanwhile. What a run that goes on has made or restored stays, as the times of last use tell;
 * should it miss something that it had only planned to restore, it runs that task instead.
 */
export function collectGarbage(layout: Layout, actions: ActionCache, limits: GcLimits): GcResult {
  const startedAt = Date.now();
  const me = thisProcess();
  const users = usersOf(layout, me.host);
  if (users.unseen.length > 0) return { type: 'unseen', users: users.unseen };
  const holds = holdAll(users.projects, me);
  try {
    const since = Math.min(startedAt - clockTick, ...holds.busy.map((busy) => busy.since - clockSkew));
    const survey = surveyStore(layout, actions, users.projects, since);
    const plan = planSweep({
      ...survey,
      blobs: survey.blobs.map(({ digest, stat }) => ({ digest, size: Number(stat.size) })),
      maxSize: limits.maxSize,
      before: limits.maxAge === null ? null : startedAt - limits.maxAge,
    });
    const useless = [
      ...survey.broken,
      ...survey.unnamed.filter((file) => changedAt(file) < since - abandoned),
    ];
    const take = limits.dryRun ? () => true : drop;
    const dropped = carryOut(plan, survey, useless, take);
    const old = holds.held.includes(layout.project)
      ? oldCode(layout, neededCode(layout), startedAt - Math.max(bundling, limits.maxAge ?? 0))
      : { bundles: 0, files: [] };
    const code = old.files.filter(take);
    if (!limits.dryRun) {
      for (const { file } of users.gone) rmSync(file, { force: true });
      new WorkDirectories(layout, me).sweep();
    }
    return {
      type: 'swept',
      actions: dropped.actions.length,
      ms: dropped.actions.reduce((sum, { ms }) => sum + ms, 0),
      files: dropped.files.length,
      bytes: sizeOf(dropped.files),
      code: { bundles: old.bundles, files: code.length, bytes: sizeOf(code) },
      left: plan.left,
      needed: plan.needed,
      locks: survey.locks,
      busy: holds.busy.map(({ project }) => project),
    };
  } finally {
    for (const release of holds.releases) release();
  }
}

/** Milliseconds by which the clock that files get may lag behind: on one machine, and between two. */
const clockTick = 20;
const clockSkew = 60_000;
/** Milliseconds for which a bundle may be there before anything says that it is in use. */
const bundling = 60_000;
/** A file that has had no name for so long belongs to nobody; milliseconds. */
const abandoned = 3_600_000;

interface Holds {
  readonly releases: (() => void)[];
  readonly held: string[];
  readonly busy: { readonly project: string; readonly since: number }[];
}

/** Takes every project that is at rest; of the others, when their run began. */
function holdAll(projects: readonly string[], me: ProcessIdentity): Holds {
  const holds: Holds = { releases: [], held: [], busy: [] };
  for (const project of projects) {
    const file = runLockPath(project);
    if (look(`${project}/cache/local`) === null) continue;
    try {
      const attempt = tryLock(file, me);
      if (attempt.type === 'held') {
        holds.releases.push(() => {
          attempt.release();
        });
        holds.held.push(project);
        continue;
      }
    } catch (error) {
      // Another user's project: it can be looked at, not held.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    const taken = statSync(file, { throwIfNoEntry: false });
    if (taken !== undefined) holds.busy.push({ project, since: taken.mtimeMs });
  }
  return holds;
}

interface Dropped {
  readonly actions: readonly StoredAction[];
  readonly files: readonly UnnamedFile[];
}

/** Entries first: one that is not dropped, because it was of use just now, keeps its blobs. */
function carryOut(
  plan: SweepPlan,
  survey: StoreSurvey,
  useless: readonly UnnamedFile[],
  take: (file: UnnamedFile) => boolean,
): Dropped {
  const files: UnnamedFile[] = useless.filter(take);
  const actions: StoredAction[] = [];
  const spared = new Set<string>();
  for (const action of plan.actions) {
    const entry = survey.entries.get(action.fingerprint)!;
    if (take(entry)) {
      files.push(entry);
      actions.push(action);
    } else for (const blob of action.blobs) spared.add(blob);
  }
  const blobs = new Set(plan.blobs.map(({ digest }) => digest));
  for (const blob of survey.blobs) {
    if (blobs.has(blob.digest) && !spared.has(blob.digest) && take(blob)) files.push(blob);
  }
  return { actions, files };
}

/** Codes in locks are kept so that `pipe why` can say in which files they differ from those of today. */
function neededCode(layout: Layout): ReadonlySet<Digest> {
  const modules = new CodeCache(layout).current();
  return new Set([...digestsInLocks(layout.project).digests, ...modules, ...pythonInUse(layout)]);
}

import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import { readsWithin } from '../graph/reads.ts';
import type { OpenRemote } from '../remote/open.ts';
import { Slots } from '../remote/slots.ts';
import { openLock, type Lock } from '../store/lock.ts';
import { thisProcess } from '../store/process-identity.ts';
import { noteUser } from '../store/users.ts';
import { Artifacts } from '../run/artifacts.ts';
import { Elsewhere } from '../run/elsewhere.ts';
import type { Engine } from '../run/engine.ts';
import type { Selection } from '../run/project.ts';
import { FileDigests } from '../files/file-digests.ts';
import { whileHeld, type NotHeld, type Waiter } from '../run/hold.ts';
import type { Moved } from '../run/aside.ts';
import { saveStats } from '../run/conduct.ts';
import { addPlaced, placedAt, type Placed } from '../run/placed.ts';
import { ifPossible } from '../store/atomic.ts';
import type { Build, NeededOutput } from './verify.ts';

export interface RestoreSources {
  /** Where bytes come from that the store does not have. */
  readonly remote?: OpenRemote | null;
  /** Tasks to restore; all unless given. */
  readonly selection?: Selection;
}

export type Restoration =
  | {
      readonly type: 'finished';
      /** Outputs that were brought back, and those that had the right bytes already. */
      readonly restored: number;
      readonly inPlace: number;
      /** Outputs whose bytes the store does not have. */
      readonly lost: readonly NeededOutput[];
      /** Files of somebody's own that had to make room. */
      readonly moved: readonly Moved[];
      /** Tasks that the lock has no record of. */
      readonly unbuilt: number;
    }
  | NotHeld;

/**
 * Brings every output that a lock records to its bytes, from the store. Of tasks that are whole again the
 * project's own lock says so from then on, whatever revision the given one is of.
 */
export async function restoreOutputs(
  engine: Engine,
  build: Build,
  waiter: Waiter,
  sources: RestoreSources = {},
): Promise<Restoration> {
  return await whileHeld(engine.layout.project, waiter, () => restoreAll(engine, build, sources));
}

async function restoreAll(
  engine: Engine,
  { manifest, graph, lock }: Build,
  { remote = null, selection = new Set(graph.tasks.keys()) }: RestoreSources,
): Promise<Restoration> {
  const { layout, blobs, files: stats } = engine;
  noteUser(layout, thisProcess().host);
  const digests = new FileDigests(layout.project, stats);
  const placed = placedAt(layout, manifest.profile);
  const artifacts = new Artifacts(layout.project, manifest.artifacts, { blobs, stats, digests, placed });
  const moved: Moved[] = [];
  artifacts.onMoved = (each) => moved.push(each);
  artifacts.sweep();
  const tasks = graph.tasks.filter(({ index }) => selection.has(index));
  for (const task of tasks) if (lock.has(task.id)) artifacts.expect(task);
  await digests.hashExpected(engine.hashing);
  const isRead = readsWithin(graph, selection);
  const passing = (task: Task, { name, temp }: TaskOutput) => temp === true && isRead(task.index, name);
  if (remote !== null) await bringLacking(engine, remote, tasks, { lock, artifacts, passing });
  const elsewhere = new Elsewhere(layout);
  const here = openLock(layout.project, manifest.profile, manifest.experiment);
  let [restored, inPlace, unbuilt] = [0, 0, 0];
  const lost: NeededOutput[] = [];
  const there: Placed[] = [];
  for (const task of tasks) {
    const record = lock.get(task.id);
    if (record === null) {
      unbuilt += 1;
      continue;
    }
    engine.actions.touch(record.fingerprint);
    const before = lost.length;
    for (const output of task.outputs) {
      const digest = record.outputs[output.name];
      const held = digest !== undefined && artifacts.holds(output, digest);
      // It goes when it has been read, and is no part of what a run leaves.
      if (!held && passing(task, output)) continue;
      if (digest !== undefined && (held || (await bringBack(engine, artifacts, output, digest)))) {
        if (held) inPlace += 1;
        else restored += 1;
        there.push({ path: output.path, directory: output.directory, digest });
      } else lost.push({ task: task.id, output: output.name, path: output.path });
    }
    if (lost.length > before) continue;
    here.set(task.id, record);
    for (const digest of Object.values(record.outputs)) elsewhere.delete(digest);
  }
  artifacts.sweep();
  here.save();
  // So that a later run knows them for what pipe put there, when they are to leave.
  if (manifest.experiment === null)
    ifPossible(() => {
      addPlaced(layout, manifest.profile, there);
    });
  elsewhere.save();
  saveStats(engine);
  return { type: 'finished', restored, inPlace, lost, moved, unbuilt };
}

/** Brings what the lock names and neither the store nor `artifacts/` has; a result that is whole then is known here, too. */
async function bringLacking(
  engine: Engine,
  { cache }: OpenRemote,
  tasks: readonly Task[],
  {
    lock,
    artifacts,
    passing,
  }: {
    readonly lock: Lock;
    readonly artifacts: Artifacts;
    readonly passing: (task: Task, output: TaskOutput) => boolean;
  },
): Promise<void> {
  const { blobs, actions } = engine;
  const bring = async (task: Task): Promise<void> => {
    const record = lock.get(task.id);
    const lacking = task.outputs.flatMap((output) => {
      const digest = record?.outputs[output.name];
      if (passing(task, output)) return [];
      const here = digest === undefined || blobs.holds(output, digest) || artifacts.holds(output, digest);
      return here ? [] : [{ output, digest }];
    });
    if (record === null || lacking.length === 0) return;
    const { fingerprint, outputs } = record;
    const entry = await cache.find(fingerprint, task.outputs);
    await Promise.all(lacking.map(({ output, digest }) => cache.bring(output, digest, entry, false)));
    const whole = task.outputs.every((output) => {
      const digest = outputs[output.name];
      return digest !== undefined && blobs.holds(output, digest);
    });
    if (whole && actions.find(fingerprint) === null)
      actions.record(fingerprint, { outputs, ms: entry?.ms ?? 0, from: 'remote' }, false);
  };
  const slots = new Slots(mostAtOnce);
  await Promise.all(tasks.map((task) => slots.within(() => bring(task))));
}

const mostAtOnce = 16;

/** False when the store does not have every byte of it, or loses one just now. */
async function bringBack(
  { blobs }: Engine,
  artifacts: Artifacts,
  output: TaskOutput,
  digest: Digest,
): Promise<boolean> {
  if (!blobs.holds(output, digest)) return false;
  try {
    await artifacts.placeOne(output, digest);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

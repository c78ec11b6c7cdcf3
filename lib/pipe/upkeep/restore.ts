import type { Digest } from '../digest.ts';
import type { TaskOutput } from '../graph/graph.ts';
import { openLock } from '../store/lock.ts';
import { thisProcess } from '../store/process-identity.ts';
import { noteUser } from '../store/users.ts';
import { Artifacts } from '../run/artifacts.ts';
import type { Engine } from '../run/engine.ts';
import { FileDigests } from '../files/file-digests.ts';
import { whileHeld, type NotHeld, type Waiter } from '../run/hold.ts';
import { saveStats } from '../run/conduct.ts';
import type { Build, NeededOutput } from './verify.ts';

export type Restoration =
  | {
      readonly type: 'finished';
      /** Outputs that were brought back, and those that had the right bytes already. */
      readonly restored: number;
      readonly inPlace: number;
      /** Outputs whose bytes the store does not have. */
      readonly lost: readonly NeededOutput[];
      /** Tasks that the lock has no record of. */
      readonly unbuilt: number;
    }
  | NotHeld;

/**
 * Brings every output that a lock records to its bytes, from the store. Of tasks that are whole again the
 * project's own lock says so from then on, whatever revision the given one is of.
 */
export async function restoreOutputs(engine: Engine, build: Build, waiter: Waiter): Promise<Restoration> {
  return await whileHeld(engine.layout.project, waiter, () => restoreAll(engine, build));
}

async function restoreAll(engine: Engine, { manifest, graph, lock }: Build): Promise<Restoration> {
  const { layout, blobs, files: stats } = engine;
  noteUser(layout, thisProcess().host);
  const digests = new FileDigests(layout.project, stats);
  const artifacts = new Artifacts(layout.project, manifest.artifacts, { blobs, stats, digests });
  artifacts.sweep();
  for (const task of graph.tasks) if (lock.has(task.id)) artifacts.expect(task);
  await digests.hashExpected(engine.hashing);
  const here = openLock(layout.project, manifest.profile, manifest.experiment);
  let [restored, inPlace, unbuilt] = [0, 0, 0];
  const lost: NeededOutput[] = [];
  for (const task of graph.tasks) {
    const record = lock.get(task.id);
    if (record === null) {
      unbuilt += 1;
      continue;
    }
    engine.actions.touch(record.fingerprint);
    const before = lost.length;
    for (const output of task.outputs) {
      const digest = record.outputs[output.name];
      if (digest !== undefined && artifacts.holds(output, digest)) inPlace += 1;
      else if (digest !== undefined && (await bringBack(engine, artifacts, output, digest))) restored += 1;
      else lost.push({ task: task.id, output: output.name, path: output.path });
    }
    if (lost.length === before) here.set(task.id, record);
  }
  artifacts.sweep();
  here.save();
  saveStats(engine);
  return { type: 'finished', restored, inPlace, lost, unbuilt };
}

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

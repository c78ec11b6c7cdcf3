import type { Digest } from '../digest.ts';
import type { Graph, TaskOutput } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { ifPossible } from '../store/atomic.ts';
import { rmSync } from '../store/disk.ts';
import { membersOf } from '../store/inventory.ts';
import { lockName } from '../store/layout.ts';
import type { Lock } from '../store/lock.ts';
import { digestsInLocks, hasOwnStore } from '../store/users.ts';
import type { Engine } from './engine.ts';

/** An output whose bytes a run has given up. */
export interface GivenUp {
  readonly task: number;
  readonly output: TaskOutput;
  readonly digest: Digest;
}

interface Place {
  readonly engine: Engine;
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly lock: Lock;
}

/**
 * Frees the store of what a run has given up, but for what any other output has. Only for the one who holds the project,
 * and only where the store is the project's own: of a shared one `pipe gc` knows who else needs it.
 */
export function freeTemps(givenUp: readonly GivenUp[], { engine, manifest, graph, lock }: Place): void {
  if (givenUp.length === 0 || !hasOwnStore(engine.layout)) return;
  ifPossible(() => {
    const stays = staying(givenUp, { engine, manifest, graph, lock });
    for (const { output, digest } of givenUp) {
      // The listing of a directory stays: it says what tasks read of it.
      const files = output.directory ? membersOf(engine.layout, digest) : [digest];
      for (const file of files) if (!stays.has(file)) rmSync(engine.blobs.path(file), { force: true });
    }
  });
}

/** Digests that the locks name otherwise. */
function staying(
  givenUp: readonly GivenUp[],
  { engine: { layout }, manifest, graph, lock }: Place,
): ReadonlySet<Digest> {
  const gone = new Set(givenUp.map(({ task, output }) => `${task} ${output.name}`));
  const stays = new Set<Digest>();
  const keep = (digest: Digest): void => {
    for (const each of [digest, ...membersOf(layout, digest)]) stays.add(each);
  };
  const own = lockName(manifest.profile, manifest.experiment);
  for (const digest of digestsInLocks(layout.project, own).digests) keep(digest);
  for (const task of graph.tasks) {
    const outputs = lock.get(task.id)?.outputs ?? {};
    for (const { name, directory } of task.outputs) {
      const digest = outputs[name];
      if (digest === undefined || gone.has(`${task.index} ${name}`)) continue;
      if (directory) keep(digest);
      else stays.add(digest);
    }
  }
  return stays;
}

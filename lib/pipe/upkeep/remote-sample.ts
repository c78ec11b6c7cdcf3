import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import { sameOutputs } from '../plan/record.ts';
import type { OpenRemote } from '../remote/open.ts';
import type { Build } from './verify.ts';

export type Sampled =
  /** Its entry says what the lock says, and every blob has the bytes of its digest. */
  | { readonly task: Task; readonly type: 'sound' }
  | { readonly task: Task; readonly type: 'not-there' }
  /** Its entry names other outputs than the lock does. */
  | { readonly task: Task; readonly type: 'other-outputs' }
  | { readonly task: Task; readonly type: 'bad-blobs'; readonly digests: readonly Digest[] };

/** Looks at a share of the tasks of a lock, chosen by chance: what a remote cache says of them, and every byte of it. */
export async function sampleRemote(
  { cache }: OpenRemote,
  { graph, lock }: Pick<Build, 'graph' | 'lock'>,
  share: number,
): Promise<readonly Sampled[]> {
  const built = graph.tasks.filter(({ id }) => lock.has(id));
  const chosen = shuffled(built).slice(0, Math.ceil(built.length * share));
  const sampled: Sampled[] = [];
  for (const task of chosen.sort((a, b) => a.index - b.index)) {
    const record = lock.get(task.id);
    const entry = record === null ? null : await cache.find(record.fingerprint, task.outputs);
    if (record === null || entry === null) {
      sampled.push({ task, type: 'not-there' });
      continue;
    }
    const files = [...entry.files.values()];
    const right = await Promise.all(files.map((file) => cache.check(file.digest, file)));
    const digests = files.filter((_, index) => !right[index]).map(({ digest }) => digest);
    if (digests.length > 0) sampled.push({ task, type: 'bad-blobs', digests });
    else if (!sameOutputs(record.outputs, entry.outputs)) sampled.push({ task, type: 'other-outputs' });
    else sampled.push({ task, type: 'sound' });
  }
  return sampled;
}

function shuffled<T>(items: readonly T[]): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const at = Math.floor(Math.random() * (last + 1));
    [all[last], all[at]] = [all[at]!, all[last]!];
  }
  return all;
}

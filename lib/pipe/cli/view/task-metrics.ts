import type { Digest } from '../../digest.ts';
import type { Graph, Task } from '../../graph/graph.ts';
import { nearest } from '../../manifest/suggest.ts';
import type { MetricRow } from '../../report/metrics.ts';
import type { BlobStore } from '../../store/blobs.ts';
import type { Lock } from '../../store/lock.ts';
import { numbersIn, type Told } from './metrics.ts';

export interface TaskMetrics {
  readonly rows: readonly MetricRow[];
  /** Lines about what could not be told: fields that are not there, files that are not what their name says. */
  readonly notes: readonly string[];
  /** Files that the lock records and the store no longer has. */
  readonly gone: number;
}

/** Whether any stage says which of its outputs hold metrics. */
export function declaresMetrics({ tasks }: Graph): boolean {
  return tasks.some(({ stage }) => stage.metrics.length > 0);
}

/** What the declared metrics of these tasks are by a lock. */
export async function taskMetrics(
  tasks: readonly Task[],
  lock: Pick<Lock, 'get'>,
  blobs: BlobStore,
): Promise<TaskMetrics> {
  const rows: MetricRow[] = [];
  const notes = new Map<string, number>();
  // Where the same bytes came out twice, they are read once.
  const read = new Map<string, Promise<Told>>();
  let gone = 0;
  for (const task of tasks) {
    const { metrics, name: stage } = task.stage;
    if (metrics.length === 0) continue;
    const outputs = lock.get(task.id)?.outputs;
    if (outputs === undefined) continue;
    for (const [position, taken] of metrics.entries()) {
      const file = fileIn(task, outputs[taken.output], taken, blobs);
      if (file === null || !blobs.intact(file.digest)) {
        gone += 1;
        continue;
      }
      const key = `${file.digest} ${stage} ${position}`;
      const telling = read.get(key) ?? numbersIn(file.path, blobs.path(file.digest), taken);
      read.set(key, telling);
      const told = await telling;
      for (const note of notesOn(`${stage}.${taken.name}`, told)) notes.set(note, (notes.get(note) ?? 0) + 1);
      if (told.type === 'unreadable') continue;
      rows.push({ task: task.id, stage, point: task.point, source: taken.name, values: told.values });
    }
  }
  return {
    rows,
    notes: [...notes].map(([note, times]) => (times > 1 ? `${note} (${times} times)` : note)),
    gone,
  };
}

/** The readable name and the digest of a file that an output is, or has in it; null where there is none. */
export function fileIn(
  task: Task,
  digest: Digest | undefined,
  { output: name, file }: { readonly output: string; readonly file: string | null },
  blobs: BlobStore,
): { readonly path: string; readonly digest: Digest } | null {
  const output = task.outputs.find((each) => each.name === name);
  if (output === undefined || digest === undefined) return null;
  if (file === null) return { path: output.path, digest };
  const member = blobs.tree(digest)?.find(({ path }) => path === file);
  return member === undefined ? null : { path: `${output.path}/${file}`, digest: member.digest };
}

function notesOn(name: string, told: Told): string[] {
  if (told.type === 'unreadable') return [`${name} cannot be read: ${told.why}`];
  return told.missing.map((field) => {
    const near = nearest(field, told.known);
    return `${name} has no number \`${field}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
  });
}

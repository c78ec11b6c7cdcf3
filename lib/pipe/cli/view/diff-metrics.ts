import type { Graph, Task } from '../../graph/graph.ts';
import type { OutputDigests } from '../../plan/record.ts';
import type { BlobStore } from '../../store/blobs.ts';
import type { Lock } from '../../store/lock.ts';
import { mayHaveMetrics, metricsOf, numbersIn } from './metrics.ts';
import { declaresMetrics, fileIn } from './task-metrics.ts';

/** A number that two locks' outputs tell differently; a side is null where it does not tell it. */
export interface MetricChange {
  readonly task: string;
  readonly output: string;
  readonly metric: string;
  readonly before: number | null;
  readonly after: number | null;
}

export interface MetricChanges {
  readonly changes: readonly MetricChange[];
  /** Outputs that changed and of which the store no longer has one side. */
  readonly gone: number;
}

/** A file that may tell numbers, and which. */
interface Source {
  readonly name: string;
  readonly file: (outputs: OutputDigests) => ReturnType<typeof fileIn>;
  readonly numbers: (path: string, file: string) => Promise<ReadonlyMap<string, number>>;
}

/** Compares the declared metrics of both locks; where none are declared, the numbers in every output. */
export async function metricChanges(
  graph: Graph,
  blobs: BlobStore,
  before: Lock,
  after: Lock,
): Promise<MetricChanges> {
  const changes: MetricChange[] = [];
  const declared = declaresMetrics(graph);
  let gone = 0;
  for (const task of graph.tasks) {
    const [old, now] = [before.get(task.id)?.outputs, after.get(task.id)?.outputs];
    if (old === undefined || now === undefined) continue;
    for (const { name, file, numbers } of sourcesOf(task, blobs, declared)) {
      if (sameFile(task, name, old, now)) continue;
      const [was, is] = [file(old), file(now)];
      if (was !== null && was.digest === is?.digest) continue;
      if (was === null || is === null || !blobs.intact(was.digest) || !blobs.intact(is.digest)) {
        gone += 1;
        continue;
      }
      const [values, newer] = [
        await numbers(was.path, blobs.path(was.digest)),
        await numbers(is.path, blobs.path(is.digest)),
      ];
      for (const metric of new Set([...values.keys(), ...newer.keys()])) {
        const [before, after] = [values.get(metric) ?? null, newer.get(metric) ?? null];
        if (!Object.is(before, after)) changes.push({ task: task.id, output: name, metric, before, after });
      }
    }
  }
  return { changes, gone };
}

/** Also of outputs that one side does not have: there is nothing to compare. */
function sameFile(task: Task, name: string, old: OutputDigests, now: OutputDigests): boolean {
  const output = name.split('/')[0]!;
  return old[output] === undefined || now[output] === undefined || old[output] === now[output];
}

function sourcesOf(task: Task, blobs: BlobStore, declared: boolean): readonly Source[] {
  const at = (output: string, file: string | null) => (outputs: OutputDigests) =>
    fileIn(task, outputs[output], { output, file }, blobs);
  if (declared) {
    return task.stage.metrics.map((taken) => ({
      name: taken.name,
      file: at(taken.output, taken.file),
      numbers: async (path, file) => {
        const told = await numbersIn(path, file, taken);
        return told.type === 'told' ? told.values : new Map();
      },
    }));
  }
  return task.outputs
    .filter(({ path, directory }) => !directory && mayHaveMetrics(path))
    .map(({ name }) => ({ name, file: at(name, null), numbers: metricsOf }));
}

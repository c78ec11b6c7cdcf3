import type { Graph } from '../../graph/graph.ts';
import type { BlobStore } from '../../store/blobs.ts';
import type { Lock } from '../../store/lock.ts';
import { mayHaveMetrics, metricsOf } from './metrics.ts';

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

/** Compares the numbers in every output that both locks have with other bytes. */
export async function metricChanges(
  graph: Graph,
  blobs: BlobStore,
  before: Lock,
  after: Lock,
): Promise<MetricChanges> {
  const changes: MetricChange[] = [];
  let gone = 0;
  for (const task of graph.tasks) {
    const [old, now] = [before.get(task.id)?.outputs ?? {}, after.get(task.id)?.outputs ?? {}];
    for (const { name, path, directory } of task.outputs) {
      const [was, is] = [old[name], now[name]];
      if (directory || was === undefined || is === undefined || was === is || !mayHaveMetrics(path)) continue;
      if (!blobs.intact(was) || !blobs.intact(is)) {
        gone += 1;
        continue;
      }
      const [numbers, newer] = [
        await metricsOf(path, blobs.path(was)),
        await metricsOf(path, blobs.path(is)),
      ];
      for (const metric of new Set([...numbers.keys(), ...newer.keys()])) {
        const [before, after] = [numbers.get(metric) ?? null, newer.get(metric) ?? null];
        if (!Object.is(before, after)) changes.push({ task: task.id, output: name, metric, before, after });
      }
    }
  }
  return { changes, gone };
}

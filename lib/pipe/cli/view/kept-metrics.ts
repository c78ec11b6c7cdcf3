import { statSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Digest } from '../../digest.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Point } from '../../json.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { MetricRow } from '../../report/metrics.ts';
import type { Engine } from '../../run/engine.ts';
import { experimentPath, keepMetrics, readKeptMetrics } from '../../store/experiments.ts';
import { openLock } from '../../store/lock.ts';
import { taskMetrics } from './task-metrics.ts';

/** Numbers as JSON has them; those that it has not are texts. */
interface Kept {
  readonly declared: Digest;
  readonly rows: readonly {
    readonly task: string;
    readonly stage: string;
    readonly axes: Point;
    readonly output: string;
    readonly metrics: Readonly<Record<string, number | string>>;
  }[];
}

/** What stages say of their metrics: with another declaration, what was kept no longer tells. */
export function declarationOf({ stages }: Pick<Manifest, 'stages'>): Digest {
  return digestOf(JSON.stringify(stages.map(({ name, metrics }) => [name, metrics])));
}

/** Reads the metrics of an experiment from its outputs, and keeps them beside its lock. */
export async function keepTaskMetrics(
  { layout, blobs }: Pick<Engine, 'layout' | 'blobs'>,
  { manifest, graph }: { readonly manifest: Manifest; readonly graph: Graph },
  name: string,
): Promise<readonly MetricRow[]> {
  const lock = openLock(layout.project, manifest.profile, name);
  const { rows } = await taskMetrics(graph.tasks, lock, blobs);
  const kept: Kept = {
    declared: declarationOf(manifest),
    rows: rows.map(({ task, stage, point, source, values }) => ({
      task,
      stage,
      axes: point,
      output: source,
      metrics: Object.fromEntries(
        [...values].map(([metric, value]) => [metric, Number.isFinite(value) ? value : String(value)]),
      ),
    })),
  };
  keepMetrics(layout.project, name, kept);
  return rows;
}

/** Null where nothing was kept, where it is older than the lock, or was of another declaration. */
export function keptMetrics(project: string, name: string, declared: Digest): readonly MetricRow[] | null {
  const kept = readKeptMetrics(project, name) as Partial<Kept> | null;
  if (kept?.declared !== declared || !Array.isArray(kept.rows)) return null;
  const [lock, metrics] = ['pipe.lock', 'metrics.json'].map((file) =>
    statSync(join(experimentPath(project, name), file), { throwIfNoEntry: false }),
  );
  if (lock !== undefined && metrics !== undefined && metrics.mtimeMs < lock.mtimeMs) return null;
  return (kept.rows as Kept['rows']).map(({ task, stage, axes, output, metrics: values }) => ({
    task,
    stage,
    point: axes,
    source: output,
    values: new Map(Object.entries(values).map(([metric, value]) => [metric, Number(value)])),
  }));
}

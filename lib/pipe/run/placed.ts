import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Graph } from '../graph/graph.ts';
import type { Layout } from '../store/layout.ts';
import type { Lock } from '../store/lock.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';

/** An output as it was put into `artifacts/`. */
export interface Placed {
  readonly path: string;
  readonly directory: boolean;
  readonly digest: Digest;
}

/**
 * What lies in `artifacts/` of a profile by pipe's own doing. The lock does not say where outputs lie, and a stage
 * that is gone does not say it any more.
 */
export function readPlaced(layout: Layout, profile: string): readonly Placed[] | null {
  const rows = readSealed(fileOf(layout, profile)) as [string, boolean, Digest][] | null;
  return rows?.map(([path, directory, digest]) => ({ path, directory, digest })) ?? null;
}

/** With what bytes outputs were put into their places; reads the file when it is first asked. */
export function placedAt(layout: Layout, profile: string): (path: string) => Digest | undefined {
  let known: ReadonlyMap<string, Digest> | null = null;
  return (path) => {
    known ??= new Map(readPlaced(layout, profile)?.map(({ path: place, digest }) => [place, digest]));
    return known.get(path);
  };
}

/** Notes outputs that were put into their places by other means than a run. */
export function addPlaced(layout: Layout, profile: string, added: readonly Placed[]): void {
  const placed = readPlaced(layout, profile);
  // Where nothing is noted, a run takes everything to lie as the lock says.
  if (placed === null || added.length === 0) return;
  const there = new Set(added.map(({ path }) => path));
  writePlaced(layout, profile, [...placed.filter(({ path }) => !there.has(path)), ...added]);
}

export function writePlaced(layout: Layout, profile: string, placed: readonly Placed[]): void {
  const rows = placed.map(({ path, directory, digest }) => [path, directory, digest]);
  writeSealed(fileOf(layout, profile), rows);
}

/** What the lock says of every output that the pipeline has now. */
export function placedNow(graph: Graph, lock: Lock): readonly Placed[] {
  return graph.tasks.flatMap((task) => {
    const outputs = lock.get(task.id)?.outputs ?? {};
    return task.outputs.flatMap(({ name, path, directory }) => {
      const digest = outputs[name];
      return digest === undefined ? [] : [{ path, directory, digest }];
    });
  });
}

/** Whether anything lies where the pipeline has no output now. */
export function anyAstray(placed: readonly Placed[], graph: Graph): boolean {
  const paths = new Set(graph.tasks.flatMap(({ outputs }) => outputs.map(({ path }) => path)));
  return placed.some(({ path }) => !paths.has(path));
}

function fileOf({ local }: Layout, profile: string): string {
  return join(local, `placed.${profile}.json`);
}

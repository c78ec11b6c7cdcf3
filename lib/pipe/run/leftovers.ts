import { dirname, join } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import { directoryName, pathName } from '../manifest/axis-value.ts';
import { ALL_AXES, templateOf } from '../manifest/template.ts';
import type { Manifest, Stage } from '../manifest/manifest.ts';
import { normalPath } from '../manifest/path.ts';
import type { TaskRecord } from '../plan/record.ts';
import type { BlobStore } from '../store/blobs.ts';
import { rmdirSync } from '../store/disk.ts';
import { treeDigest } from '../store/tree.ts';
import type { Artifacts } from './artifacts.ts';
import { linkAbove } from './links-above.ts';
import type { Placed } from './placed.ts';

/** A task that the pipeline no longer has, such as an epoch taken out of a scan, and what it left. */
export type FormerTask = readonly [id: string, record: TaskRecord];

interface Place {
  readonly project: string;
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly artifacts: Artifacts;
  readonly blobs: BlobStore;
}

/**
 * Takes the outputs of former tasks out of `artifacts/`, so that it holds what the pipeline makes and no
 * more. Only files with just the bytes that were recorded, and only if the store has them too: putting the
 * old value back brings them back.
 */
export function removeLeftovers(
  former: readonly FormerTask[],
  placed: readonly Placed[],
  place: Place,
): void {
  if (former.length + placed.length === 0) return;
  const { graph, manifest, artifacts, blobs, project } = place;
  const current = new Set(graph.tasks.flatMap(({ outputs }) => outputs.map(({ path }) => path)));
  const left = [...placed];
  const stages = new Map(manifest.stages.map((stage) => [stage.name, stage]));
  for (const [id, record] of former) {
    const stage = stages.get(id.split('@')[0]!);
    if (stage === undefined) continue;
    for (const output of formerOutputs(id, stage, manifest.artifacts)) {
      const digest = record.outputs[output.name];
      if (digest !== undefined) left.push({ path: output.path, directory: output.directory, digest });
    }
  }
  for (const { path, directory, digest } of left.flatMap((each) => apart(each, current, blobs))) {
    const output = { name: '', path, directory };
    if (isWithin(path, current) || !artifacts.holds(output, digest)) continue;
    // Behind a link it may be anybody's.
    if (linkAbove(project, path) !== null) continue;
    const bare = directory && digest === emptyDirectory;
    if (!bare && !blobs.holds(output, digest)) continue;
    if (!bare) artifacts.discard(path);
    removeEmpty(project, bare ? path : dirname(path), manifest.artifacts);
  }
  artifacts.sweep();
}

const emptyDirectory = treeDigest([]);

/** A directory in which something else lies by now goes file by file. */
function apart(left: Placed, current: ReadonlySet<string>, blobs: BlobStore): readonly Placed[] {
  const { path, directory, digest } = left;
  if (!directory || ![...current].some((each) => each.startsWith(`${path}/`))) return [left];
  const files = blobs.tree(digest) ?? [];
  return files.map((file) => {
    const name = `${path}/${file.path}`;
    return file.path.endsWith('/')
      ? { path: name.slice(0, -1), directory: true, digest: emptyDirectory }
      : { path: name, directory: false, digest: file.digest };
  });
}

/** Whether a path is one of these, or lies below one. */
function isWithin(path: string, places: ReadonlySet<string>): boolean {
  for (let each = path; each !== '.'; each = dirname(each)) if (places.has(each)) return true;
  return false;
}

/** Where a former task's outputs lay, by the axes of its own name: its stage may have others by now, or none. */
function formerOutputs(id: string, stage: Stage, root: string) {
  const labels = id.split('@')[1]?.split(',') ?? [];
  const point = new Map(labels.map((label) => label.split('=') as [axis: string, value: string]));
  return stage.outputs.flatMap(({ name, path, directory }) => {
    const pieces = templateOf(`${root}/${path}`).map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.axis === ALL_AXES)
        return [...point].map(([axis, value]) => directoryName(axis, value)).join('/');
      const value = point.get(piece.axis);
      return value === undefined ? undefined : pathName(value);
    });
    return pieces.includes(undefined) ? [] : [{ name, path: normalPath(pieces.join('')), directory }];
  });
}

/** Directories with nothing in them, up to the one of all outputs. */
export function removeEmpty(project: string, directory: string, root: string): void {
  for (let path = directory; path.startsWith(`${root}/`); path = dirname(path)) {
    try {
      rmdirSync(join(project, path));
    } catch {
      // Something else is in it, or it is in use: it stays.
      return;
    }
  }
}

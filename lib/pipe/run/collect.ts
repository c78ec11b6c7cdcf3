import { copyFileSync, realpathSync, rmSync } from 'node:fs';
import { sep } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { OutputDigests } from '../plan/record.ts';
import { temporaryName } from '../store/atomic.ts';
import type { BlobStore } from '../store/blobs.ts';
import { look, lookThrough } from '../store/file-stat.ts';
import { filesBelow } from '../store/tree.ts';

/** The first declared output that a task did not write, as the failure that this is. */
export function missingOutput(task: Task, places: Readonly<Record<string, string>>): Failure | null {
  const missing = task.outputs.find((output) => !wasWritten(output, places[output.name]!));
  if (missing === undefined) return null;
  const { name, path } = missing;
  return { type: 'failed', log: null, reason: 'output-missing', output: name, path };
}

/** Moves what a task wrote, all of which is there, into the store. */
export function collectOutputs(
  task: Task,
  places: Readonly<Record<string, string>>,
  blobs: BlobStore,
  durable: boolean,
): OutputDigests {
  const outputs: Record<string, Digest> = {};
  for (const output of task.outputs) {
    const place = places[output.name]!;
    outputs[output.name] = output.directory
      ? collectDirectory(place, blobs, durable)
      : collectFile(place, blobs, durable);
  }
  return outputs;
}

function wasWritten({ directory }: TaskOutput, place: string): boolean {
  if (lookThrough(place)?.kind !== (directory ? 'directory' : 'file')) return false;
  return !directory || filesBelow(place).every((path) => lookThrough(`${place}/${path}`)?.kind === 'file');
}

function collectDirectory(place: string, blobs: BlobStore, durable: boolean): Digest {
  const tree = filesBelow(place).map((path) => ({
    path,
    digest: collectFile(`${place}${sep}${path}`, blobs, durable),
  }));
  return blobs.addTree(tree, durable);
}

/** A link is an output by what it leads to: the bytes are copied, not the link kept. */
function collectFile(place: string, blobs: BlobStore, durable: boolean): Digest {
  if (look(place)?.kind !== 'link') return blobs.adopt(place, durable);
  const copy = temporaryName(place);
  copyFileSync(realpathSync(place), copy);
  rmSync(place);
  return blobs.adopt(copy, durable);
}

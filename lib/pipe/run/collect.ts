import { copyFileSync, realpathSync } from 'node:fs';
import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { OutputDigests } from '../plan/record.ts';
import { syncAside, temporaryName } from '../store/atomic.ts';
import { sealFile, type BlobStore, type SealedFile } from '../store/blobs.ts';
import { look, lookThrough } from '../store/file-stat.ts';
import { filesBelow } from '../store/tree.ts';
import type { HashPool } from '../files/hash-pool.ts';

/** The first declared output that a task did not write, as the failure that this is. */
export function missingOutput(task: Task, places: Readonly<Record<string, string>>): Failure | null {
  const missing = task.outputs.find((output) => !wasWritten(output, places[output.name]!));
  if (missing === undefined) return null;
  const { name, path } = missing;
  return { type: 'failed', log: null, reason: 'output-missing', output: name, path };
}

/**
 * Moves what a task wrote, all of which is there, into the store. Large files are hashed, and waited for, in
 * other threads.
 */
export async function collectOutputs(
  task: Task,
  places: Readonly<Record<string, string>>,
  { blobs, hashing }: { readonly blobs: BlobStore; readonly hashing: HashPool },
  durable: boolean,
): Promise<OutputDigests> {
  const written = task.outputs.map((output) => ({ output, files: sealFiles(output, places[output.name]!) }));
  const files = written.flatMap((each) => each.files);
  const digests = new Map<SealedFile, Digest>();
  await hashing.hash(files, (file, digest) => digests.set(file, digest));
  if (durable) for (const { path } of files) await syncAside(path);
  for (const file of files) blobs.moveIn(file, digests.get(file)!, durable);
  const outputs = written.map(({ output, files }) => {
    const tree = files.map((file) => ({ path: file.name, digest: digests.get(file)! }));
    return [output.name, output.directory ? blobs.addTree(tree, durable) : tree[0]!.digest] as const;
  });
  return Object.fromEntries(outputs);
}

interface WrittenFile extends SealedFile {
  /** Relative to the output directory that it is in. */
  readonly name: string;
}

function wasWritten({ directory }: TaskOutput, place: string): boolean {
  if (lookThrough(place)?.kind !== (directory ? 'directory' : 'file')) return false;
  return !directory || filesBelow(place).every((path) => lookThrough(`${place}/${path}`)?.kind === 'file');
}

/** All of them before any is moved: one may be a link to another. */
function sealFiles({ directory }: TaskOutput, place: string): WrittenFile[] {
  if (!directory) return [{ name: '', ...sealFile(withoutLink(place)) }];
  return filesBelow(place).map((name) => ({ name, ...sealFile(withoutLink(`${place}/${name}`)) }));
}

/** A link is an output by what it leads to: the bytes are copied, not the link kept. */
function withoutLink(place: string): string {
  if (look(place)?.kind !== 'link') return place;
  const copy = temporaryName(place);
  copyFileSync(realpathSync(place), copy);
  return copy;
}

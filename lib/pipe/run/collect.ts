import { dirname, join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { OutputDigests } from '../plan/record.ts';
import { syncAside, temporaryName } from '../store/atomic.ts';
import { sealFile, type BlobStore, type SealedFile } from '../store/blobs.ts';
import { chmodSync, copyFileSync, realpathSync } from '../store/disk.ts';
import { look, lookThrough } from '../store/file-stat.ts';
import type { HashPool } from '../files/hash-pool.ts';
import { EMPTY, inTreeOrder } from '../store/tree.ts';
import { walkOutput } from './output-files.ts';

/** What keeps the outputs of a task from being taken, as the failure that this is: one is missing, or cannot be kept. */
export function unfitOutput(task: Task, places: Readonly<Record<string, string>>): Failure | null {
  for (const { name, path, directory } of task.outputs) {
    const place = places[name]!;
    const found = lookThrough(place)?.kind;
    if (found !== (directory ? 'directory' : 'file')) {
      const other = found === undefined || found === 'link' ? {} : { found };
      return { type: 'failed', log: null, reason: 'output-missing', output: name, path, ...other };
    }
    const { unfit } = directory ? walkOutput(place) : { unfit: [] };
    const [first] = unfit;
    if (first === undefined) continue;
    return { type: 'failed', log: null, reason: 'output-unfit', output: name, ...first };
  }
  return null;
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
  const written = task.outputs.map((output) => ({ output, ...sealFiles(output, places[output.name]!) }));
  const files = written.flatMap((each) => each.files);
  const digests = new Map<SealedFile, Digest>();
  await hashing.hash(files, (file, digest) => digests.set(file, digest));
  if (durable) for (const { path } of files) await syncAside(path);
  for (const file of files) blobs.moveIn(file, digests.get(file)!, durable);
  const outputs = written.map(({ output, files, empty }) => {
    const tree = files.map((file) => ({ path: file.name, digest: digests.get(file)! }));
    if (!output.directory) return [output.name, tree[0]!.digest] as const;
    const directories = empty.map((path) => ({ path: `${path}/`, digest: EMPTY }));
    return [output.name, blobs.addTree(inTreeOrder([...tree, ...directories]), durable)] as const;
  });
  return Object.fromEntries(outputs);
}

interface WrittenFile extends SealedFile {
  /** Relative to the output directory that it is in. */
  readonly name: string;
}

/** All of them before any is moved: one may be a link to another. */
function sealFiles(
  { directory }: TaskOutput,
  place: string,
): { readonly files: readonly WrittenFile[]; readonly empty: readonly string[] } {
  const room = dirname(place);
  if (!directory) return { files: [{ name: '', ...sealFile(ownFile(place, room)) }], empty: [] };
  const { files, empty, foreign } = walkOutput(place);
  const sealed = files.map((name) => {
    const path = `${place}/${name}`;
    return { name, ...sealFile(foreign.has(name) ? copyOf(path, room) : ownFile(path, room)) };
  });
  return { files: sealed, empty };
}

/**
 * A link is an output by what it leads to: the bytes are copied, not the link kept. So are those of a file that has
 * other names, which is somebody else's, too: what becomes a blob must be written to by nobody.
 */
function ownFile(place: string, room: string): string {
  const found = look(place);
  return found?.kind === 'file' && found.stat.links === 1n ? place : copyOf(place, room);
}

/** In the task's own directory, for the file may lie elsewhere. */
function copyOf(place: string, room: string): string {
  const [source, target] = [realpathSync(place), temporaryName(join(room, 'copy'))];
  copyFileSync(source, target);
  const found = look(source);
  if (found?.kind === 'file') chmodSync(target, found.stat.mode | 0o600);
  return target;
}

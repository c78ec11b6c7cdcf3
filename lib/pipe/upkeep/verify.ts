import type { Digest } from '../digest.ts';
import type { Graph, TaskOutput } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { look } from '../store/file-stat.ts';
import {
  drop,
  membersOf,
  sizeOf,
  takeInventory,
  type Inventory,
  type StoreFile,
} from '../store/inventory.ts';
import type { Lock } from '../store/lock.ts';
import { stayingOutputs, type ActionCache } from '../store/actions.ts';
import { Artifacts } from '../run/artifacts.ts';
import type { Engine } from '../run/engine.ts';
import { FileDigests } from '../files/file-digests.ts';

/** What a profile's lock says was built, and where its outputs lie. */
export interface Build {
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly lock: Lock;
}

/** Some of them: their locks, and with the pipelines, which take time to load, if these are asked for. */
export interface Builds {
  readonly locks: readonly Lock[];
  readonly all: () => readonly Build[];
}

/** A blob that does not have the bytes of its digest. */
export interface Damage {
  readonly digest: Digest;
  readonly kind: 'missing' | 'cut-off' | 'changed' | 'unreadable';
  /** Outputs of locks that need it; empty for a result that none needs. */
  readonly needed: readonly NeededOutput[];
  /** The bytes were put back from the output in `artifacts/` that still has them. */
  readonly mended: boolean;
}

export interface NeededOutput {
  readonly task: string;
  readonly output: string;
  /** Project-relative, in `artifacts/`. */
  readonly path: string;
}

export interface Verification {
  readonly blobs: number;
  readonly bytes: number;
  readonly damage: readonly Damage[];
  /** Entries of the action cache that were damaged themselves. */
  readonly entries: number;
  /** Outputs of locks that were built elsewhere, or dropped: not damage. */
  readonly absent: number;
}

export interface VerifyOptions {
  /** Only looks: nothing is dropped or put back. */
  readonly dryRun: boolean;
  /** Looks at what the locks name, and at nothing else of the store. */
  readonly only?: boolean;
  readonly progress: (blobs: number, bytes: number, ofBlobs: number, ofBytes: number) => void;
}

/**
 * Hashes every blob of the store, whatever its stats say. What is damaged is dropped and, where an output
 * in `artifacts/` has the bytes, put back; the rest is made again by the next run that needs it. A run may
 * go on meanwhile: it never serves what is damaged, and a blob that it gives anew is left alone.
 */
export async function verifyStore(
  engine: Engine,
  { locks, all }: Builds,
  { dryRun, only = false, progress }: VerifyOptions,
): Promise<Verification> {
  const { actions, blobs, blobStats } = engine;
  const whole = takeInventory(engine.layout);
  const inventory = only ? namedBy(locks, whole, engine) : whole;
  const there = new Set(inventory.blobs.map(({ digest }) => digest));
  const found = await hashAll(engine, inventory.blobs, progress);
  for (const digest of missingBlobs(engine, inventory, there, found)) found.set(digest, 'missing');
  const broken = inventory.actions.filter(({ digest }) => actions.find(digest) === null);
  if (!dryRun)
    for (const file of [...inventory.blobs.filter(({ digest }) => found.has(digest)), ...broken]) drop(file);
  const places = found.size === 0 ? new Map<Digest, Place[]>() : neededOutputs(engine, all(), found);
  const damage = [...found].map(([digest, kind]): Damage => {
    const of = places.get(digest) ?? [];
    const mended = !dryRun && of.some(({ mend }) => mend()) && blobs.intact(digest);
    return { digest, kind, needed: of.map(({ task, output, path }) => ({ task, output, path })), mended };
  });
  if (!dryRun) {
    dropUseless(engine, whole, new Set(damage.filter((each) => !each.mended).map((each) => each.digest)));
    blobStats.save((digest) => look(blobs.path(digest as Digest)) !== null);
  }
  return {
    blobs: inventory.blobs.length,
    bytes: sizeOf(inventory.blobs),
    damage,
    entries: broken.length,
    absent: absentOutputs(actions, locks, (digest) => there.has(digest) || found.has(digest)),
  };
}

/** Of the blobs, those that locks name, and what directories among them list. */
function namedBy(locks: readonly Lock[], { blobs, unnamed }: Inventory, { layout }: Engine): Inventory {
  const outputs = locks.flatMap((lock) => lock.ids().flatMap((id) => Object.values(lock.get(id)!.outputs)));
  const named = new Set(outputs.flatMap((digest) => [digest, ...membersOf(layout, digest)]));
  return { blobs: blobs.filter(({ digest }) => named.has(digest)), actions: [], unnamed };
}

/** What entries of the action cache promise and the store does not have. */
function missingBlobs(
  { actions, blobs, layout }: Engine,
  inventory: Inventory,
  there: ReadonlySet<Digest>,
  found: Found,
): Digest[] {
  return inventory.actions
    .flatMap(({ digest }) => stayingIn(actions, digest))
    .flatMap((digest) => (found.has(digest) ? [digest] : [digest, ...membersOf(layout, digest)]))
    .filter((digest) => !there.has(digest) && look(blobs.path(digest)) === null);
}

function stayingIn(actions: ActionCache, fingerprint: Digest): readonly Digest[] {
  const result = actions.find(fingerprint);
  return result === null ? [] : stayingOutputs(result);
}

/** An entry that lacks a blob is of no use: its task has to run again. */
function dropUseless({ actions, layout }: Engine, inventory: Inventory, lost: ReadonlySet<Digest>): void {
  if (lost.size === 0) return;
  for (const entry of inventory.actions) {
    const outputs = stayingIn(actions, entry.digest);
    const blobs = outputs.flatMap((digest) => [digest, ...membersOf(layout, digest)]);
    if (blobs.some((digest) => lost.has(digest))) drop(entry);
  }
}

/** Outputs of locks that this store has never had, or dropped. */
function absentOutputs(
  actions: ActionCache,
  locks: readonly Lock[],
  known: (digest: Digest) => boolean,
): number {
  return locks
    .flatMap((lock) => lock.ids().flatMap((id) => lock.get(id) ?? []))
    .flatMap(({ fingerprint, outputs }) => {
      const absent = Object.entries(outputs).filter(([, digest]) => !known(digest));
      if (absent.length === 0) return [];
      const gone = actions.find(fingerprint)?.gone ?? [];
      return absent.filter(([name]) => !gone.includes(name));
    }).length;
}

type Found = Map<Digest, Damage['kind']>;

/** Every blob whose bytes are not those of its digest. */
async function hashAll(
  { hashing, blobStats }: Engine,
  blobs: readonly StoreFile[],
  progress: VerifyOptions['progress'],
): Promise<Found> {
  const found: Found = new Map();
  const all = sizeOf(blobs);
  let [done, bytes] = [0, 0];
  const count = ({ stat }: StoreFile) => {
    done += 1;
    bytes += Number(stat.size);
    progress(done, bytes, blobs.length, all);
  };
  const hashedAt = Date.now();
  const keep = (blob: StoreFile, actual: Digest) => {
    if (actual !== blob.digest) found.set(blob.digest, kindOf(blob, blobStats.size(blob.digest)));
    else blobStats.keep(blob.digest, blob.stat, actual, hashedAt);
    count(blob);
  };
  const unreadable = (blob: StoreFile, { code }: NodeJS.ErrnoException) => {
    // A file that went meanwhile was dropped by somebody who may.
    if (code !== 'ENOENT') found.set(blob.digest, 'unreadable');
    count(blob);
  };
  await hashing.hash(blobs, keep, { unreadable });
  return found;
}

function kindOf({ stat }: StoreFile, size: bigint | null): Damage['kind'] {
  return stat.size === 0n || (size !== null && stat.size < size) ? 'cut-off' : 'changed';
}

interface Place extends NeededOutput {
  readonly mend: () => boolean;
}

/** By damaged blob: the outputs that locks say have it, as themselves or as a file of theirs. */
function neededOutputs(engine: Engine, builds: readonly Build[], found: Found): Map<Digest, Place[]> {
  const places = new Map<Digest, Place[]>();
  const digests = new FileDigests(engine.layout.project, engine.files);
  const { blobs, files: stats } = engine;
  for (const { manifest, graph, lock } of builds) {
    const artifacts = new Artifacts(engine.layout.project, manifest.artifacts, { blobs, stats, digests });
    for (const task of graph.tasks) {
      const outputs = lock.get(task.id)?.outputs ?? {};
      for (const output of task.outputs) {
        const digest = outputs[output.name];
        if (digest === undefined) continue;
        const mend = () => artifacts.mend(output, digest);
        const place = (path: string) => ({ task: task.id, output: output.name, path, mend });
        if (found.has(digest)) add(places, digest, place(output.path));
        for (const member of output.directory ? listing(engine, digests, output, digest) : []) {
          if (found.has(member.digest)) add(places, member.digest, place(`${output.path}/${member.path}`));
        }
      }
    }
  }
  return places;
}

/** The files of an output directory: from the store or, when its listing is damaged, from the directory. */
function listing({ blobs }: Engine, digests: FileDigests, { path }: TaskOutput, digest: Digest) {
  return blobs.tree(digest) ?? (digests.treeDigest(path) === digest ? digests.tree(path) : null) ?? [];
}

function add(places: Map<Digest, Place[]>, digest: Digest, place: Place): void {
  places.set(digest, [...(places.get(digest) ?? []), place]);
}

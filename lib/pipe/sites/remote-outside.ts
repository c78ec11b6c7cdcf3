import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import { FileDigests } from '../files/file-digests.ts';
import type { Task } from '../graph/graph.ts';
import type { RemoteCache, RemoteEntry } from '../remote/remote-cache.ts';
import { Artifacts } from '../run/artifacts.ts';
import { makeDirectory } from '../store/atomic.ts';
import type { BlobStore } from '../store/blobs.ts';
import { chmodSync } from '../store/disk.ts';
import { hashFile } from '../store/hash-file.ts';
import { look } from '../store/file-stat.ts';
import type { Layout } from '../store/layout.ts';
import { StatCache } from '../store/stat-cache.ts';
import type { Made, Outside } from './outside.ts';
import type { Answer } from './protocol.ts';
import { madeInputs, type SentFile, type ShippedStage, type Ticket } from './ticket.ts';

/** Milliseconds for which a cache that is away is asked again: a result that took long is worth waiting for. */
const patience = 600_000;
const pauses = { first: 2000, most: 30_000 };

/** A remote cache as where a job has its files from, and the directory that it works in as where they go. */
export class RemoteOutside implements Outside {
  readonly #cache: RemoteCache;
  readonly #layout: Layout;
  readonly #blobs: BlobStore;
  readonly #signal: AbortSignal;
  readonly version: string;
  /** What entries said of blobs, by who names them. */
  readonly #entries = new Map<Digest, RemoteEntry>();

  constructor(
    cache: RemoteCache,
    layout: Layout,
    blobs: BlobStore,
    { signal, version }: { readonly signal: AbortSignal; readonly version: string },
  ) {
    this.version = version;
    this.#cache = cache;
    this.#layout = layout;
    this.#blobs = blobs;
    this.#signal = signal;
  }

  async program({ sent = [] }: ShippedStage): Promise<readonly string[]> {
    return await this.#bringFiles(sent);
  }

  async bring(task: Task, ticket: Ticket, shipped: ShippedStage): Promise<readonly string[]> {
    const gone = [...(await this.program(shipped)), ...(await this.#bringFiles(ticket.sent?.files ?? []))];
    if (gone.length > 0) return gone;
    const command = task.stage.work.kind === 'cmd';
    const artifacts = this.#artifacts();
    for (const [output, digest] of madeInputs(ticket)) {
      const entry = this.#entries.get(digest) ?? null;
      if (!(await this.#cache.bring(output, digest, entry, false))) return [output.path];
      if (command) await artifacts.placeOne(output, digest);
    }
    return [];
  }

  async find(fingerprint: Digest, task: Task): Promise<Extract<Answer, { type: 'done' }> | null> {
    const entry = await this.#cache.find(fingerprint, task.outputs);
    if (entry === null) return null;
    const { outputs, ms } = entry;
    for (const digest of Object.values(outputs)) this.#entries.set(digest, entry);
    return { type: 'done', outputs, ms, known: true, undeclared: [], blobs: [] };
  }

  async give(fingerprint: Digest, action: string, task: Task, { outputs, ms }: Made): Promise<boolean> {
    const named = task.outputs.map((output) => ({ ...output, digest: outputs[output.name]! }));
    const until = Date.now() + patience;
    for (let pause = pauses.first; ; pause = Math.min(pauses.most, pause * 2)) {
      if (await this.#cache.give({ fingerprint, action, outputs: named, ms })) return true;
      if (Date.now() + pause > until || this.#signal.aborted) return false;
      await sleep(pause, undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  async #bringFiles(files: readonly SentFile[]): Promise<readonly string[]> {
    const brought = await Promise.all(files.map((file) => this.#bringFile(file)));
    return files.flatMap(({ name, digest }, index) => (brought[index] === true ? [] : [name ?? digest]));
  }

  async #bringFile({ digest, size, executable, name }: SentFile): Promise<boolean> {
    if (!(await this.#cache.bringFile(digest, { size, executable }))) return false;
    if (name === null) return true;
    const place = join(this.#layout.project, name);
    if (look(place)?.kind === 'file' && hashFile(place) === digest) return true;
    makeDirectory(dirname(place));
    await this.#blobs.copyOut(digest, place);
    if (executable) chmodSync(place, 0o755);
    return true;
  }

  #artifacts(): Artifacts {
    const { project, cache } = this.#layout;
    const stats = new StatCache(join(cache, 'jobs', 'no.stat'), '');
    return new Artifacts(project, 'artifacts', {
      ...{ blobs: this.#blobs, stats, digests: new FileDigests(project, stats) },
    });
  }
}

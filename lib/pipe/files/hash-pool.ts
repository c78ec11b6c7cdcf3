import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Digest } from '../digest.ts';
import type { FileStat } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import type { HashAnswer } from './hash-thread.ts';

export interface FileToHash {
  readonly path: string;
  readonly stat: FileStat;
}

export interface HashOptions<F> {
  readonly signal?: AbortSignal | undefined;
  /** Told of a file that cannot be read; without it, the first such file ends it all. */
  readonly unreadable?: ((file: F, error: NodeJS.ErrnoException) => void) | undefined;
}

/** Below this many bytes in all, starting threads takes longer than hashing. */
const worthThreads = 32n << 20n;

/** Hashes files: here when they are small, in threads, several at a time, when they are not. */
export class HashPool {
  readonly #entry: string;

  constructor(entry: string) {
    this.#entry = entry;
  }

  async hash<F extends FileToHash>(
    files: readonly F[],
    keep: (file: F, digest: Digest) => void,
    options: HashOptions<F> = {},
  ): Promise<void> {
    const bytes = files.reduce((sum, { stat }) => sum + stat.size, 0n);
    if (bytes < worthThreads) {
      for (const file of files) {
        const digest = await hashed(file, () => hashFile(file.path), options);
        if (digest !== null) keep(file, digest);
      }
      return;
    }
    // The largest first, so that none is left alone at the end.
    const queue = [...files].sort((a, b) => Number(b.stat.size - a.stat.size));
    const threads = Math.min(queue.length, availableParallelism());
    const lanes = Array.from({ length: threads }, () => this.#lane(queue, keep, options));
    await Promise.all(lanes);
  }

  async #lane<F extends FileToHash>(
    queue: F[],
    keep: (file: F, digest: Digest) => void,
    options: HashOptions<F>,
  ): Promise<void> {
    const thread = new Worker(this.#entry);
    const { signal } = options;
    try {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        signal?.throwIfAborted();
        const { path } = file;
        const digest = await hashed(file, () => ask(thread, path, signal), options);
        if (digest !== null) keep(file, digest);
      }
    } finally {
      await thread.terminate();
    }
  }
}

/** Null for a file that could not be read, when somebody wants to be told. */
async function hashed<F>(
  file: F,
  work: () => Digest | Promise<Digest>,
  { unreadable }: HashOptions<F>,
): Promise<Digest | null> {
  try {
    return await work();
  } catch (error) {
    if (unreadable === undefined || (error as NodeJS.ErrnoException).code === undefined) throw error;
    unreadable(file, error as NodeJS.ErrnoException);
    return null;
  }
}

async function ask(thread: Worker, path: string, signal?: AbortSignal): Promise<Digest> {
  const answered = once(thread, 'message', { signal });
  thread.postMessage(path);
  const [answer] = (await answered.catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  })) as [HashAnswer];
  if (answer.type === 'hashed') return answer.digest;
  throw Object.assign(new Error(answer.message), { code: answer.code, path });
}

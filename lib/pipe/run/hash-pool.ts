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
    signal?: AbortSignal,
  ): Promise<void> {
    const bytes = files.reduce((sum, { stat }) => sum + stat.size, 0n);
    if (bytes < worthThreads) {
      for (const file of files) keep(file, hashFile(file.path));
      return;
    }
    // The largest first, so that none is left alone at the end.
    const queue = [...files].sort((a, b) => Number(b.stat.size - a.stat.size));
    const threads = Math.min(queue.length, availableParallelism());
    const lanes = Array.from({ length: threads }, () => this.#lane(queue, keep, signal));
    await Promise.all(lanes);
  }

  async #lane<F extends FileToHash>(
    queue: F[],
    keep: (file: F, digest: Digest) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const thread = new Worker(this.#entry);
    try {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        signal?.throwIfAborted();
        keep(file, await ask(thread, file.path, signal));
      }
    } finally {
      await thread.terminate();
    }
  }
}

function ask(thread: Worker, path: string, signal?: AbortSignal): Promise<Digest> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    thread.once('message', (answer: HashAnswer) => {
      signal?.removeEventListener('abort', abort);
      if (answer.type === 'hashed') resolve(answer.digest);
      else reject(Object.assign(new Error(answer.message), { code: answer.code, path }));
    });
    thread.once('error', reject);
    thread.postMessage(path);
  });
}

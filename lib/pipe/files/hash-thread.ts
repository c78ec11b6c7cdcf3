import { parentPort } from 'node:worker_threads';
import { hashFile } from '../store/hash-file.ts';

export type HashAnswer =
  | { readonly type: 'hashed'; readonly digest: ReturnType<typeof hashFile> }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** Answers each path with the digest of the file's bytes. */
export function serveHashing(): void {
  parentPort!.on('message', (path: string) => {
    parentPort!.postMessage(answer(path));
  });
}

function answer(path: string): HashAnswer {
  try {
    return { type: 'hashed', digest: hashFile(path) };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { type: 'failed', code, message };
  }
}

import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const EVERY = 500;

/**
 * Ends this process, and what it started, when the one that started it is gone. A channel that closes is not heard by
 * a module that computes, so a thread of its own looks.
 */
export function endWithParent(parent = process.ppid): void {
  const watch = `setInterval(() => {
    if (process.ppid !== ${parent}) process.kill(-process.pid, 'SIGKILL');
  }, ${EVERY});`;
  new Worker(watch, { eval: true }).unref();
}

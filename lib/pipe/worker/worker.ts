import { isMainThread } from 'node:worker_threads';
import { serveHashing } from '../files/hash-thread.ts';
import { serveTasks } from './serve-tasks.ts';

/**
 * The entry of everything that the engine runs outside its own thread: as a process it runs stages, as a
 * thread it hashes large files.
 */
if (isMainThread) serveTasks();
else serveHashing();

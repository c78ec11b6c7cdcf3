import { join } from 'node:path';
import { ActionCache } from '../store/actions.ts';
import { BlobStore } from '../store/blobs.ts';
import type { Layout } from '../store/layout.ts';
import { bootIdentity } from '../store/process-identity.ts';
import { StatCache } from '../store/stat-cache.ts';
import { CheckCache } from '../code/check.ts';
import { CodeCache } from '../code/code-cache.ts';
import { PythonCode } from '../code/python-code.ts';
import { commandRunner } from '../execute/command-process.ts';
import type { Variables } from '../execute/environment.ts';
import { HashPool } from '../files/hash-pool.ts';
import { pythonDirectory } from '../execute/python.ts';
import type { Executor } from '../execute/executor.ts';
import type { ModuleQuestions } from '../execute/protocol.ts';
import { WorkerPool, workerEntry } from '../execute/worker-pool.ts';

/** What an open project works with: its stores, and those who run things for it. */
export interface Engine {
  readonly layout: Layout;
  readonly environment: Variables;
  readonly files: StatCache;
  readonly blobStats: StatCache;
  readonly blobs: BlobStore;
  readonly actions: ActionCache;
  readonly code: CodeCache;
  readonly python: PythonCode;
  readonly checks: CheckCache;
  readonly hashing: HashPool;
  readonly workers: Executor & ModuleQuestions;
}

/** `workers`: who runs things, where it is not processes of this machine. */
export function createEngine(layout: Layout, environment: Variables, workers?: Engine['workers']): Engine {
  const boot = bootIdentity();
  const entry = workerEntry();
  const blobStats = new StatCache(join(layout.local, 'blobs.stat'), boot);
  const code = new CodeCache(layout);
  const special = (bundle: string) => code.special(bundle);
  return {
    layout,
    environment,
    files: new StatCache(join(layout.local, 'files.stat'), boot),
    blobStats,
    blobs: new BlobStore(layout, blobStats),
    actions: new ActionCache(layout),
    code,
    python: new PythonCode(layout, environment, pythonDirectory(entry)),
    checks: new CheckCache(layout),
    hashing: new HashPool(entry),
    workers: workers ?? new WorkerPool(layout.project, entry, commandRunner(entry, environment), special),
  };
}

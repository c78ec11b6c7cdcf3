import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { OutputDigests } from '../plan/record.ts';
import { BlobStore } from '../store/blobs.ts';
import type { Layout } from '../store/layout.ts';
import { bootIdentity } from '../store/process-identity.ts';
import { StatCache } from '../store/stat-cache.ts';
import type { OutputView } from './views.ts';

/** Files of a directory that are listed. */
const LISTED = 500;

/** The bytes of outputs, by their digest alone: no path that is asked for is ever opened. */
export class Store {
  readonly blobs: BlobStore;

  constructor(layout: Layout) {
    this.blobs = new BlobStore(layout, new StatCache(join(layout.local, 'blobs.stat'), bootIdentity()));
  }

  /** Where the bytes lie, when they are those; `hex` is what follows `sha256:`. */
  find(hex: string): string | null {
    const digest = `sha256:${hex}`;
    return isDigest(digest) && this.blobs.intact(digest) ? this.blobs.path(digest) : null;
  }

  /** The file of a directory at a path that its listing has. */
  within(hex: string, path: string): string | null {
    const digest = `sha256:${hex}`;
    if (!isDigest(digest)) return null;
    const file = this.blobs.tree(digest)?.find((entry) => entry.path === path);
    return file === undefined ? null : this.find(hexOf(file.digest));
  }

  outputs(task: Task, digests: OutputDigests | null): OutputView[] {
    return task.outputs.map(({ name, path, directory }) => {
      const digest = digests?.[name];
      const tree = directory && digest !== undefined ? this.blobs.tree(digest) : null;
      return {
        name,
        path,
        digest: digest === undefined ? null : hexOf(digest),
        size: digest === undefined || directory ? null : this.#size(digest),
        files:
          tree?.slice(0, LISTED).map((file) => ({
            path: file.path,
            digest: hexOf(file.digest),
            size: this.#size(file.digest),
          })) ?? null,
      };
    });
  }

  #size(digest: Digest): number | null {
    return statSync(this.blobs.path(digest), { throwIfNoEntry: false })?.size ?? null;
  }
}

export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

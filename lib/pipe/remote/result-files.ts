import type { Digest } from '../digest.ts';
import type { BlobStore } from '../store/blobs.ts';
import { look } from '../store/file-stat.ts';
import type { EntryFile } from './action-result.ts';

/** An output as a task declares it. */
export interface DeclaredOutput {
  readonly name: string;
  readonly directory: boolean;
}

/** What came out. */
export interface Made extends DeclaredOutput {
  readonly digest: Digest;
}

/** Every file of a result as an entry names it; null when the store has lost one. */
export function filesOf(outputs: readonly Made[], blobs: BlobStore): EntryFile[] | null {
  const files: EntryFile[] = [];
  for (const { name, directory, digest } of outputs) {
    if (!blobs.holds({ directory }, digest)) return null;
    files.push(fileOf(name, digest, blobs));
    for (const member of directory ? (blobs.tree(digest) ?? []) : []) {
      if (!member.path.endsWith('/')) files.push(fileOf(`${name}/${member.path}`, member.digest, blobs));
    }
  }
  return files;
}

function fileOf(path: string, digest: Digest, blobs: BlobStore): EntryFile {
  const found = look(blobs.path(digest));
  const stat = found?.kind === 'file' ? found.stat : null;
  return { path, digest, size: Number(stat?.size ?? 0), executable: ((stat?.mode ?? 0) & 0o111) !== 0 };
}

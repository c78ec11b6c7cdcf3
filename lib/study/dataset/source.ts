import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { DataError } from './data-error.ts';
import type { ImageSet } from './dataset.ts';

/** A data set before it is split. */
export interface Source {
  readonly classes: readonly string[];
  /** Training and validation images. */
  readonly train: ImageSet;
  /** Null: the source has no test part of its own, and one is held out of `train`. */
  readonly test: ImageSet | null;
}

/** A file of the data set's source, wherever its bytes come from. */
export interface SourceFile {
  /** Readable path, for recognising it and for messages. */
  readonly name: string;
  bytes(): Promise<Uint8Array>;
}

/** A mistake in the user's files, said with the file's name. */
export function fileError(name: string, problem: string, advice: string): DataError {
  return new DataError(`${name}: ${problem}; ${advice}`);
}

/** The last part of a path. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** A file on disk; `.gz` is decompressed and left out of the name. */
export function diskFile(path: string, name: string): SourceFile {
  if (!name.endsWith('.gz')) return { name, bytes: () => readFile(path) };
  return { name: name.slice(0, -3), bytes: async () => gunzip(name, await readFile(path)) };
}

export function gunzip(name: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw fileError(name, `damaged gzip file of ${bytes.length} bytes (${said})`, 'fetch it again');
  }
}

/** The file whose base name is one of the given ones. */
export function findFile(files: readonly SourceFile[], ...names: readonly string[]): SourceFile {
  const found = files.find((file) => names.includes(baseName(file.name)));
  if (found) return found;
  const there = files.map((file) => baseName(file.name));
  const listed = there.length > 8 ? [...there.slice(0, 8), `… ${there.length} in all`] : there;
  throw new DataError(
    `the data set has no file ${names.join(' or ')}; found ${listed.join(', ') || 'no files'}. ` +
      'Set the data set’s `path` to the folder or archive that holds it, or `download` to true',
  );
}

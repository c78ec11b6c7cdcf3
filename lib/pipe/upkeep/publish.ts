import { basename, dirname, join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { BuildRecord } from '../run/build-record.ts';
import { makeDirectory, removeTree, temporaryName, writeAtomically } from '../store/atomic.ts';
import type { BlobStore } from '../store/blobs.ts';
import { readFileSync, renameSync } from '../store/disk.ts';
import { look } from '../store/file-stat.ts';

/** What lies beside a page, for programs and for pages that have no place for it. */
const RECORD = 'record.json';

/** The element of a page that takes the record: its content is replaced. */
const PLACE = /(<script\b[^>]*\bid=(?:"pipe-record"|'pipe-record'|pipe-record\b)[^>]*>)[^<]*(<\/script>)/i;

export interface Published {
  /** Of the pages, those that have no place for the record. */
  readonly without: readonly string[];
  /** What is opened, below the folder. */
  readonly entry: string;
}

interface Output {
  readonly digest: Digest;
  readonly directory: boolean;
  /** Of a file, the name it goes by. */
  readonly name: string;
}

/** Whether a folder may be written: nothing lies there, or what was published before. */
export function mayBeWritten(folder: string): boolean {
  if (look(folder) === null) return true;
  try {
    const { pipe } = JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as Partial<BuildRecord>;
    return typeof pipe === 'number';
  } catch {
    return false;
  }
}

/** Writes an output into a folder of its own, with its record in its pages and beside them: whole, or not at all. */
export async function publish(
  blobs: BlobStore,
  { digest, directory, name }: Output,
  record: BuildRecord,
  folder: string,
): Promise<Published> {
  const files = directory
    ? blobs.tree(digest)!.filter(({ path }) => !path.endsWith('/'))
    : [{ path: name, digest }];
  const text = JSON.stringify(record);
  const without: string[] = [];
  const draft = temporaryName(folder);
  makeDirectory(draft);
  try {
    for (const file of files) {
      const target = join(draft, file.path);
      makeDirectory(dirname(target));
      await blobs.copyOut(file.digest, target);
      // Of a site the first page has it; others are looked at for theirs.
      if (!/\.html?$/i.test(file.path)) continue;
      const page = readFileSync(target, 'utf8');
      if (PLACE.test(page)) writeAtomically(target, filled(page, text), false);
      else without.push(file.path);
    }
    writeAtomically(join(draft, RECORD), `${text}\n`, true);
    removeTree(folder);
    renameSync(draft, folder);
  } catch (error) {
    removeTree(draft);
    throw error;
  }
  const index = files.find(({ path }) => path === 'index.html') ?? files[0];
  return { without, entry: index?.path ?? basename(folder) };
}

/** Text that ends no element that it stands in. */
function filled(page: string, text: string): string {
  const safe = text
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return page.replace(PLACE, (_, begin: string, end: string) => begin + safe + end);
}

import { dirname, join, relative } from 'node:path';
import { isElsewhere, makeDirectory } from '../store/atomic.ts';
import { copyFileSync, renameSync, rmSync } from '../store/disk.ts';
import { look } from '../store/file-stat.ts';
import { hashFile } from '../store/hash-file.ts';
import { filesBelow } from '../store/tree.ts';

/** Where somebody's own files go, in `artifacts/`. */
export const ASIDE = '.aside';

/** Files of somebody's own that lay in an output, and the directory in which they lie by now; project-relative. */
export interface Moved {
  readonly output: string;
  readonly files: readonly string[];
  readonly to: string;
}

/**
 * Moves out of a directory that is about to be replaced what it will not have and the store does not know: somebody
 * put it there. Null when there is none.
 */
export function moveAside(
  project: string,
  { output, root, members }: { output: string; root: string; members: ReadonlySet<string> },
  isStored: (path: string) => boolean,
): Moved | null {
  const from = join(project, output);
  if (look(from)?.kind !== 'directory') return null;
  const files = filesBelow(from).filter((name) => {
    if (members.has(name)) return false;
    const kind = look(join(from, name))?.kind;
    // No output has a link: whoever made one made it there.
    return kind === 'link' || (kind === 'file' && !isStored(`${output}/${name}`));
  });
  if (files.length === 0) return null;
  const to = `${root}/${ASIDE}/${relative(root, output)}`;
  for (const name of files) moveOne(join(from, name), join(project, to, name));
  return { output, files, to };
}

/** Over nothing but a file with the same bytes. */
function moveOne(from: string, to: string): void {
  makeDirectory(dirname(to));
  const names = function* () {
    yield to;
    for (let number = 1; ; number++) yield `${to}.${number}`;
  };
  for (const name of names()) {
    const there = look(name);
    if (there === null) {
      rename(from, name);
      return;
    }
    const both = there.kind === 'file' && look(from)?.kind === 'file';
    if (both && hashFile(from) === hashFile(name)) {
      rmSync(from, { force: true });
      return;
    }
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isElsewhere(error) || look(from)?.kind !== 'file') throw error;
    copyFileSync(from, to);
    rmSync(from, { force: true });
  }
}

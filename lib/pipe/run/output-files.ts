import { chmodSync, lstatSync, readdirSync, realpathSync } from '../store/disk.ts';
import { lookThrough } from '../store/file-stat.ts';
import { byCodeUnit } from '../store/tree.ts';

export interface Unfit {
  /** Relative to the output. */
  readonly path: string;
  readonly why: 'dangling-link' | 'endless-link' | 'not-a-file' | 'not-utf-8';
}

export interface OutputFiles {
  /** Relative paths, in the order of code units; what links to directories lead to is among them. */
  readonly files: readonly string[];
  /** Directories with nothing in them. */
  readonly empty: readonly string[];
  /** Those files that lie behind a link to a directory, so that they are not the task's own. */
  readonly foreign: ReadonlySet<string>;
  readonly unfit: readonly Unfit[];
}

/** What a task wrote into an output directory, which may itself be a link to one. */
export function walkOutput(place: string): OutputFiles {
  const found = {
    files: [] as string[],
    empty: [] as string[],
    foreign: new Set<string>(),
    unfit: [] as Unfit[],
  };
  const visit = (relative: string, linked: boolean, above: readonly string[]) => {
    const directory = `${place}/${relative}`;
    const real = realpathSync(directory);
    if (above.includes(real)) {
      found.unfit.push({ path: relative.slice(0, -1), why: 'endless-link' });
      return;
    }
    if (!linked) makeWritable(directory);
    const names = readdirSync(directory);
    if (names.length === 0 && relative !== '') found.empty.push(relative.slice(0, -1));
    for (const name of names) {
      const path = relative + name;
      const own = lstatSync(`${place}/${path}`, { throwIfNoEntry: false });
      const kind = lookThrough(`${place}/${path}`)?.kind;
      if (own === undefined) found.unfit.push({ path, why: 'not-utf-8' });
      else if (kind === 'directory') visit(`${path}/`, linked || own.isSymbolicLink(), [...above, real]);
      else if (kind === 'file') {
        found.files.push(path);
        if (linked) found.foreign.add(path);
      } else found.unfit.push({ path, why: own.isSymbolicLink() ? 'dangling-link' : 'not-a-file' });
    }
  };
  visit('', lstatSync(place).isSymbolicLink(), []);
  found.files.sort(byCodeUnit);
  found.empty.sort(byCodeUnit);
  return found;
}

/** Some programs leave directories read-only, from which nothing could be moved. */
function makeWritable(directory: string): void {
  const mode = lstatSync(directory).mode & 0o777;
  if ((mode & 0o700) !== 0o700) chmodSync(directory, mode | 0o700);
}

import { join } from 'node:path';
import type { Variables } from '../execute/environment.ts';
import type { FileDigests } from '../files/file-digests.ts';

/** An interpreter that was found, before it was asked anything. */
export interface FoundInterpreter {
  /** Absolute, or relative to the project. */
  readonly path: string;
  /** What named it, for `pipe doctor`. */
  readonly from: string;
}

/** Variables of the caller that decide which interpreter is found. */
export const interpreterVariables: readonly string[] = ['VIRTUAL_ENV', 'CONDA_PREFIX'];

/**
 * The interpreter that `named` means (a path, a virtual environment, a name on `PATH`), or where nothing is named,
 * the project's `.venv`, the environment that is active, `python3`. A text says why there is none.
 */
export function findInterpreter(
  named: string | null,
  environment: Variables,
  digests: FileDigests,
): FoundInterpreter | string {
  if (named !== null) return findNamed(named, environment, digests);
  const environments = [
    { place: '.venv', from: '.venv' },
    ...interpreterVariables.flatMap((name) => {
      const place = environment[name];
      return place === undefined || place === '' ? [] : [{ place, from: `$${name}` }];
    }),
  ];
  for (const { place, from } of environments) {
    const path = join(place, 'bin/python');
    if (isFile(path, digests)) return { path, from };
  }
  for (const name of ['python3', 'python']) {
    const path = onPath(name, environment, digests);
    if (path !== null) return { path, from: `${name} on PATH` };
  }
  return 'there is no Python: no .venv, no active environment, and no python3 on PATH; `python:` can name one';
}

function findNamed(named: string, environment: Variables, digests: FileDigests): FoundInterpreter | string {
  const from = '`python`';
  if (!named.includes('/')) {
    const path = onPath(named, environment, digests);
    if (path !== null) return { path, from };
  }
  const inside = join(named, 'bin/python');
  if (isFile(inside, digests)) return { path: inside, from };
  if (named.includes('/') && isFile(named, digests)) return { path: named, from };
  return named.includes('/') ? `there is no ${named}` : `there is no ${named} on PATH`;
}

function onPath(name: string, environment: Variables, digests: FileDigests): string | null {
  const places = (environment['PATH'] ?? '').split(':').filter((place) => place !== '');
  return places.map((place) => join(place, name)).find((path) => isFile(path, digests)) ?? null;
}

function isFile(path: string, digests: FileDigests): boolean {
  return digests.look(path).entry?.kind === 'file';
}

/** What may change which interpreter a path is, and which version, without its name changing. */
export function interpreterSigns(path: string, executable: string, home: string | undefined): string[] {
  const shims = path.includes('/shims/')
    ? ['.python-version', ...(home ? [`${home}/.pyenv/version`] : [])]
    : [];
  return [path, executable, join(executable, '../../pyvenv.cfg'), ...shims];
}

/** How a file stands, by its stats; what has no content that matters is told by this alone. */
export function standOf(path: string, digests: FileDigests): string {
  const { entry } = digests.look(path);
  if (entry?.kind !== 'file') return entry?.kind ?? 'nothing';
  const { size, mtime, inode } = entry.stat;
  return [size, mtime, inode].join(' ');
}

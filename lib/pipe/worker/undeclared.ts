import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { lookThrough } from '../store/file-stat.ts';
import type { ModuleRequest } from '../execute/executor.ts';

/** Directories of this process that hold no input of any stage. */
export interface OwnPlaces {
  readonly project: string;
  /** Where the engine's own program lies. */
  readonly program: string;
}

/** What belongs to the machine. A file there may differ between two machines, as Node itself may. */
const system = [
  ...['proc', 'sys', 'dev', 'etc', 'run', 'usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'opt', 'nix'],
  ...['System', 'Library', 'private/etc', 'private/tmp', 'private/var', 'tmp'],
].map((name) => `/${name}`);

/**
 * Of the files that a module opened, those that decide its outputs although nobody declared them: files and
 * listings of the project, and files elsewhere that are not the machine's own. A directory ends in a slash.
 */
export function undeclaredReads(
  opened: Iterable<string>,
  request: ModuleRequest,
  { project, program }: OwnPlaces,
): readonly string[] {
  const files = Object.values(request.inputs).flatMap((input) => input.map(({ path }) => path));
  const declared = new Set(files);
  const inside = [
    ...request.directories,
    ...Object.values(request.outputs).map(dirname),
    dirname(request.bundle),
    program,
  ];
  const elsewhere = [...system, tmpdir(), nodePrefix()];
  const suspects = [...opened].filter((path) => {
    if (declared.has(path) || path.includes('/node_modules/') || path.endsWith('/node_modules')) return false;
    if (inside.some((directory) => isWithin(path, directory))) return false;
    return isWithin(path, project) || !elsewhere.some((directory) => isWithin(path, directory));
  });
  if (suspects.length === 0) return [];
  // By another name, perhaps; looked at only when there is something to clear up.
  const real = new Set(files.map(realPath));
  return suspects.flatMap((path) => {
    const found = lookThrough(path);
    if (found === null || found.kind === 'other' || real.has(realPath(path))) return [];
    return [found.kind === 'directory' && path !== '/' ? `${path}/` : path];
  });
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** `<prefix>/bin/node` has its own files below the prefix, unless that is the whole machine. */
function nodePrefix(): string {
  const prefix = dirname(dirname(process.execPath));
  return prefix === '/' ? process.execPath : prefix;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

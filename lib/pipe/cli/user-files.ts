import { readFileSync } from '../store/disk.ts';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { readUserFile, type UserFile } from '../manifest/user-file.ts';
import { printDiagnostics } from './configuration.ts';
import { mistake, type Context } from './context.ts';

/** Of one user in one project. */
export const LOCAL_FILE = 'pipe.local.yaml';

export interface ReadUserFile extends UserFile {
  /** As it is told. */
  readonly from: string;
  readonly directory: string;
}

/** The user's own files that are there, the nearer one last; null when one has a mistake, which was printed. */
export function userFiles(context: Context, directory: string): readonly ReadUserFile[] | null {
  const shared = join(context.env['XDG_CONFIG_HOME'] ?? join(homeOf(context), '.config'), 'pipe/config.yaml');
  const files: ReadUserFile[] = [];
  for (const [path, from] of [
    [shared, shared],
    [join(directory, LOCAL_FILE), LOCAL_FILE],
  ] as const) {
    const text = textOf(context, path, from);
    if (text === undefined) continue;
    if (text === null) return null;
    const read = readUserFile(text, from);
    printDiagnostics(context, read.diagnostics, text);
    if (read.diagnostics.length > 0) return null;
    files.push({ ...read, from, directory: dirname(path) });
  }
  return files;
}

function homeOf({ env }: Context): string {
  return env['HOME'] ?? homedir();
}

/** Undefined where there is none; null, which was printed, where it cannot be read. */
function textOf(context: Context, path: string, from: string): string | null | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    mistake(context, `${from} cannot be read: ${message}`);
    return null;
  }
}

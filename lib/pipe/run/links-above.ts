import { dirname, join } from 'node:path';
import { realpathSync } from '../store/disk.ts';
import { look } from '../store/file-stat.ts';

/** Outputs are not written through a symbolic link: it may lead anywhere. */
export function refuseLinks(project: string, path: string): void {
  const link = linkAbove(project, path);
  if (link === null) return;
  const message = `${link} leads elsewhere, and outputs are not written through a symbolic link; remove it`;
  throw Object.assign(new Error(message), { code: 'ELOOP', syscall: 'open', path: link });
}

/** The directory of a project-relative path that a symbolic link leads to; null when none does. */
export function linkAbove(project: string, path: string): string | null {
  for (let directory = dirname(path); directory !== '.'; directory = dirname(directory)) {
    try {
      const real = realpathSync.native(join(project, directory));
      return real === join(project, directory) ? null : directory;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      if (look(join(project, directory))?.kind === 'link') return directory;
    }
  }
  return null;
}

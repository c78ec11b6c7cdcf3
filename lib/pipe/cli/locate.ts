import { mistake, type Context } from './context.ts';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MANIFEST_FILE } from '../store/layout.ts';

/** The nearest directory, from here upwards, that has a `pipeline.yaml`; null when none has. */
export function projectDirectory(from: string): string | null {
  let directory = resolve(from);
  for (;;) {
    if (existsSync(join(directory, MANIFEST_FILE))) return directory;
    const parent = dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}

/** The same, or null after saying that there is none. */
export function findProject(context: Context): string | null {
  const directory = projectDirectory(context.directory);
  if (directory !== null) return directory;
  mistake(
    context,
    `there is no ${MANIFEST_FILE} in ${resolve(context.directory)} or above`,
    '`pipe init` makes a small one; -C DIRECTORY looks elsewhere',
  );
  return null;
}

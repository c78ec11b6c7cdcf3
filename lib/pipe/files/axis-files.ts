import { globSync } from 'tinyglobby';
import { lstatSync, readdirSync, realpathSync, statSync } from '../store/disk.ts';
import { byCodeUnit } from '../store/tree.ts';

const fs = { lstatSync, readdirSync, realpathSync, statSync };

/** What the tool itself makes, and outputs, of which nothing is known before a run. */
const IGNORED = ['**/node_modules/**', '.git/**', 'cache/**', 'pipe.lock', 'pipe.*.lock', 'artifacts/**'];

/** Files of a project that match a pattern, project-relative: the values of an axis. */
export function axisFiles(project: string, pattern: string): readonly string[] {
  const options = { onlyFiles: true, dot: false, expandDirectories: false, ignore: IGNORED, fs };
  return globSync(pattern, { ...options, cwd: project }).sort(byCodeUnit);
}

import { globFiles } from './glob.ts';

/** What the tool itself makes, and outputs, of which nothing is known before a run. */
const IGNORED = ['**/node_modules/**', '.git/**', 'cache/**', 'pipe.lock', 'pipe.*.lock', 'artifacts/**'];

/** Files of a project that match a pattern, project-relative: the values of an axis. */
export function axisFiles(project: string, pattern: string): readonly string[] {
  return globFiles(project, pattern, IGNORED);
}

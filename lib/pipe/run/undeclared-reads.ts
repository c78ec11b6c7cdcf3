import type { Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import type { Surroundings } from './execution.ts';

export function inputUndeclared(paths: readonly string[]): Failure {
  return { type: 'failed', log: null, reason: 'input-undeclared', paths };
}

/** Once for each stage and file, however many tasks read it. */
export function warnOfReads(task: Task, paths: readonly string[], { listener, told }: Surroundings): void {
  for (const path of paths) {
    const key = `${task.stage.name} ${path}`;
    if (told.has(key)) continue;
    told.add(key);
    listener.warning(
      `stage ${task.stage.name} read ${path}, which is none of its inputs: a change there reruns nothing`,
    );
  }
}

/** Project-relative inside the project; the slash at the end of a directory is kept. */
export function nameIn(project: string, path: string): string {
  if (path === `${project}/`) return './';
  return path.startsWith(`${project}/`) ? path.slice(project.length + 1) : path;
}

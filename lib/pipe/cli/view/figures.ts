import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph.ts';
import { filesBelow } from '../../store/tree.ts';
import { isFigure } from './file-view.ts';

/** Images and pages among the outputs of these tasks that no task reads: what it was all for. */
export function figuresOf(directory: string, graph: Graph, tasks: ReadonlySet<number>): string[] {
  const found: string[] = [];
  for (const index of tasks) {
    const task = graph.tasks[index]!;
    if (task.neededBy.length > 0) continue;
    for (const output of task.outputs) {
      const place = join(directory, output.path);
      if (!existsSync(place)) continue;
      const paths = output.directory
        ? filesBelow(place).map((path) => `${output.path}/${path}`)
        : [output.path];
      found.push(...paths.filter(isFigure));
    }
  }
  return found;
}

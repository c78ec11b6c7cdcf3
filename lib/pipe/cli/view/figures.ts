import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph.ts';
import { filesBelow } from '../../store/tree.ts';
import { isFigure } from './figure-names.ts';

/** What stages name to be opened, of what these tasks made: of a directory, its index. */
export function openedOf(directory: string, graph: Graph, tasks: ReadonlySet<number>): string[] {
  return [...tasks].flatMap((index) => {
    const { stage, outputs } = graph.tasks[index]!;
    const output = outputs.find(({ name }) => name === stage.open);
    if (output === undefined || !existsSync(join(directory, output.path))) return [];
    const entry = `${output.path}/index.html`;
    return [output.directory && existsSync(join(directory, entry)) ? entry : output.path];
  });
}

/**
 * What is to be looked at of what these tasks made: the plots that stages declare, or, where none does, images and pages
 * that no task reads but to make what is opened: what it was all for.
 */
export function figuresOf(directory: string, graph: Graph, tasks: ReadonlySet<number>): string[] {
  // Tables are for pages to draw.
  if (graph.tasks.some(({ stage }) => stage.plots.length > 0))
    return plotsOf(directory, graph, tasks).filter(isFigure);
  const found: string[] = [];
  for (const index of tasks) {
    const { neededBy, outputs, stage } = graph.tasks[index]!;
    if (neededBy.some((reader) => graph.tasks[reader]!.stage.open === null)) continue;
    for (const output of outputs) {
      const place = join(directory, output.path);
      if (output.name === stage.open || !existsSync(place)) continue;
      const paths = output.directory
        ? filesBelow(place).map((path) => `${output.path}/${path}`)
        : [output.path];
      found.push(...paths.filter(isFigure));
    }
  }
  return found;
}

function plotsOf(directory: string, graph: Graph, tasks: ReadonlySet<number>): string[] {
  return [...tasks].flatMap((index) => {
    const { stage, outputs } = graph.tasks[index]!;
    return stage.plots.flatMap(({ output: name, file }) => {
      const output = outputs.find((each) => each.name === name)!;
      if (file !== null)
        return existsSync(join(directory, output.path, file)) ? [`${output.path}/${file}`] : [];
      if (!output.directory) return existsSync(join(directory, output.path)) ? [output.path] : [];
      const below = filesBelow(join(directory, output.path)).map((path) => `${output.path}/${path}`);
      return below.filter((path) => !path.endsWith('/'));
    });
  });
}

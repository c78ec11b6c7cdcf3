import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import type { Lock } from '../store/lock.ts';
import type { FigureView, OutputView } from './views.ts';
import type { Store } from './store.ts';

interface Sources {
  readonly graph: Graph;
  readonly lock: Lock;
  readonly store: Store;
  readonly isFigure: (path: string) => boolean;
}

/**
 * What it was all for: first what stages name to be opened, then figures among the plots that they declare, or, where
 * none does, images and pages at the end of the pipeline. `most` bounds how many.
 */
export function figuresIn({ graph, lock, store, isFigure }: Sources, most: number): FigureView[] {
  const declared = graph.tasks.some(({ stage }) => stage.plots.length > 0);
  const found: FigureView[] = [];
  const add = (
    task: Task,
    wanted: readonly TaskOutput[],
    figuresOf: (output: OutputView) => FigureView[],
  ): void => {
    if (wanted.length === 0 || found.length >= most) return;
    const digests = lock.get(task.id)?.outputs ?? null;
    for (const output of store.outputs({ ...task, outputs: wanted }, digests))
      found.push(...figuresOf(output));
  };
  for (const task of graph.tasks) {
    const wanted = task.outputs.filter(({ name }) => name === task.stage.open);
    add(task, wanted, (output) => opened(task, output, isFigure));
  }
  for (const task of graph.tasks) {
    const { stage, neededBy } = task;
    if (!declared && neededBy.some((reader) => graph.tasks[reader]!.stage.open === null)) continue;
    const wanted = task.outputs.filter(({ name, path, directory }) => {
      if (name === stage.open || !(directory || isFigure(path))) return false;
      return !declared || stage.plots.some((plot) => plot.output === name);
    });
    add(task, wanted, (output) =>
      figuresOf(task, output).filter(
        ({ path, file }) => isFigure(path) && isDeclared(task, output.name, file),
      ),
    );
  }
  return found.slice(0, most);
}

function figuresOf({ id }: Task, { path, digest, files }: OutputView): FigureView[] {
  if (digest === null) return [];
  if (files === null) return [{ task: id, path, digest }];
  return files.map((file) => {
    return { task: id, path: `${path}/${file.path}`, digest: file.digest, tree: digest, file: file.path };
  });
}

/** Of a directory its index. */
function opened(task: Task, output: OutputView, isFigure: (path: string) => boolean): FigureView[] {
  return figuresOf(task, output).filter(
    ({ path, file }) => isFigure(path) && (file ?? 'index.html') === 'index.html',
  );
}

/** A plot is a whole directory, or one file of it. */
function isDeclared({ stage }: Task, output: string, file: string | undefined): boolean {
  const named = stage.plots.filter((plot) => plot.output === output);
  return named.length === 0 || named.some((plot) => plot.file === null || plot.file === file);
}

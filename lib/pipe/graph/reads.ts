import type { Graph } from './graph.ts';

/** Whether a task of a selection reads an output of another; those that none reads are what the selection is for. */
export function readsWithin(
  { tasks }: Graph,
  selection: Iterable<number>,
): (task: number, output: string) => boolean {
  const read = new Set<string>();
  for (const index of selection) {
    for (const { sources } of tasks[index]!.inputs) {
      for (const source of sources) {
        if (source.kind !== 'output') continue;
        read.add(`${source.task} ${tasks[source.task]!.outputs[source.output]!.name}`);
      }
    }
  }
  return (task, output) => read.has(`${task} ${output}`);
}

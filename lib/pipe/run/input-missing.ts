import type { Graph, Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';

/** Only a task that is not part of the run can leave its outputs unknown. */
export function inputMissing(task: Task, graph: Graph, upstream: readonly number[]): Failure {
  for (const input of task.inputs) {
    for (const source of input.sources) {
      if (source.kind !== 'output' || !upstream.includes(source.task)) continue;
      const { path } = graph.tasks[source.task]!.outputs[source.output]!;
      return { type: 'failed', log: null, reason: 'input-missing', input: input.name, path };
    }
  }
  throw new Error(`${task.id} waits for nothing that it reads`);
}

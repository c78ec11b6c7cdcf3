import type { Graph, Task } from '../../../lib/pipe/graph/graph.ts';
import { bareStage } from '../stage.ts';

/** A graph of tasks by id, without edges: as much of one as text is made of. */
export function graphOf(ids: readonly string[]): Graph {
  const tasks = ids.map(task);
  return { tasks, byId: new Map(tasks.map((each) => [each.id, each])), absent: [] };
}

function task(id: string, index: number): Task {
  return {
    index,
    id,
    stage: bareStage({ name: id.split('@')[0]! }),
    point: {},
    params: { values: {}, origins: [] },
    previous: null,
    inputs: [],
    outputs: [],
    needs: [],
    neededBy: [],
  };
}

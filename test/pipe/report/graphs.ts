import type { Graph, Task } from '../../../lib/pipe/graph/graph.ts';
import type { Stage } from '../../../lib/pipe/manifest/manifest.ts';

/** A graph of tasks by id, without edges: as much of one as text is made of. */
export function graphOf(ids: readonly string[]): Graph {
  const tasks = ids.map(task);
  return { tasks, byId: new Map(tasks.map((each) => [each.id, each])), absent: [] };
}

function task(id: string, index: number): Task {
  return {
    index,
    id,
    stage: stage(id.split('@')[0]!),
    point: {},
    params: { values: {}, origins: [] },
    previous: null,
    inputs: [],
    outputs: [],
    needs: [],
    neededBy: [],
  };
}

function stage(name: string): Stage {
  return {
    name,
    title: '',
    work: { kind: 'cmd', command: 'true', cwd: '.', shell: 'sh' },
    params: {},
    code: null,
    references: [],
    inputs: [],
    outputs: [],
    metrics: [],
    plots: [],
    matrix: [],
    subset: null,
    when: [],
    scan: null,
    resources: { threads: 1, gpu: 0, gpus: 0, memory: 0, own: {} },
    env: [],
    passEnv: [],
    timeout: null,
    retries: 0,
    after: [],
    always: false,
    open: null,
  };
}

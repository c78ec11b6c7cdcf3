import type { Graph, Task, TaskInput } from '../../../lib/pipe/graph/graph.ts';
import type { JsonObject } from '../../../lib/pipe/json.ts';
import type { Stage, Work } from '../../../lib/pipe/manifest/manifest.ts';
import { bareStage } from '../stage.ts';

export interface TaskSpec {
  readonly id: string;
  /**
   * Ids of the tasks whose output `out` it reads, each as an input of that name; or paths with a dot. Of an output that
   * is a directory, `id:file` is a file.
   */
  readonly reads?: readonly string[];
  readonly params?: JsonObject;
  readonly work?: Work;
}

const use: Work = { kind: 'use', module: 'stage.ts' };

export function stageOf({ id, params = {}, work = use }: TaskSpec): Stage {
  const outputs = [{ name: 'out', path: 'out', directory: false }];
  return bareStage({ name: id, work, params, outputs });
}

/** A graph of one-task stages, each with one output `out`; given in topological order. */
export function graphOf(specs: readonly TaskSpec[]): Graph {
  const position = new Map(specs.map(({ id }, index) => [id, index]));
  const needsOf = ({ reads = [] }: TaskSpec) =>
    reads.flatMap((name) => position.get(name.split(':')[0]!) ?? []).sort((a, b) => a - b);
  const tasks = specs.map((spec, index): Task => {
    const inputs = (spec.reads ?? []).map((read): TaskInput => {
      const [name, file] = read.split(':') as [string, string | undefined];
      const task = position.get(name);
      return task === undefined
        ? { name, sources: [{ kind: 'path', path: name, external: false }] }
        : {
            name,
            sources: [{ kind: 'output', task, output: 0, point: {}, ...(file !== undefined && { file }) }],
          };
    });
    return {
      index,
      id: spec.id,
      stage: stageOf(spec),
      point: {},
      params: { values: spec.params ?? {}, origins: [] },
      previous: null,
      inputs,
      outputs: [{ name: 'out', path: `artifacts/${spec.id}/out`, directory: false }],
      needs: needsOf(spec),
      neededBy: specs.flatMap((other, at) => (needsOf(other).includes(index) ? [at] : [])),
    };
  });
  return { tasks, byId: new Map(tasks.map((task) => [task.id, task])), absent: [] };
}

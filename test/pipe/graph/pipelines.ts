import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import type { Graph, Task } from '../../../lib/pipe/graph/graph.ts';

/** The graph of a manifest whose stages are given as YAML. */
export function graphOf(stages: string): Graph {
  const loaded = loadPipeline(`version: 1\nstages:\n${stages}`, { file: 'pipeline.yaml' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics, null, 2));
  return loaded.graph;
}

/** What a task reads, readable: `input: task.output (point), …`. */
export function readsOf(graph: Graph, id: string): string[] {
  return taskOf(graph, id).inputs.map(({ name, sources }) => {
    const texts = sources.map((source) => {
      if (source.kind === 'path') return source.path;
      if (source.kind === 'glob') return source.pattern;
      const task = graph.tasks[source.task]!;
      const point = Object.keys(source.point).length > 0 ? ` ${JSON.stringify(source.point)}` : '';
      return `${task.id}.${task.outputs[source.output]!.name}${point}`;
    });
    return `${name}: ${texts.join(', ')}`;
  });
}

export function taskOf(graph: Graph, id: string): Task {
  const task = graph.byId.get(id);
  if (task === undefined) throw new Error(`no task ${id} among ${[...graph.byId.keys()].join(' ')}`);
  return task;
}

/** Two axes, a chain, a stage that gathers, one that joins and one that fixes. */
export const CHAINS = `
  data: { cmd: touch, outputs: { all: all.txt } }
  train:
    cmd: touch
    matrix: { seed: [0, 1] }
    scan: { axis: epoch, values: [1, 2, 5], carry: { model: model } }
    inputs: { data: data.all, notes: 'notes/{seed}/{axes}.md' }
    outputs: { log: log.txt, model: model.txt, fixed: 'models/{epoch}-{seed}/' }
  best:
    cmd: touch
    inputs: { logs: { from: train.log, gather: [epoch] } }
    outputs: { model: model.txt }
  compare:
    cmd: touch
    matrix: { metric: [a, b] }
    inputs: { one: best.model, other: train.model, first: { from: train.model, at: { epoch: 1 } } }
    outputs: { score: score.txt }
  plot:
    cmd: touch
    inputs: { scores: { from: compare.score, gather: [metric, seed, epoch] }, files: { glob: 'in/*.txt' } }
    outputs: { figure: figures/plot.svg }
`;

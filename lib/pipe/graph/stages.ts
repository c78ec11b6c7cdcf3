import type { Scalar } from '../json.ts';
import type { Axis, Stage } from '../manifest/manifest.ts';
import type { Graph, Task } from './graph.ts';

export interface StageTasks {
  readonly stage: Stage;
  /** Neighbours in the graph's list of tasks. */
  readonly tasks: readonly Task[];
}

/** The tasks by stage, in topological order. */
export function stagesOf({ tasks }: Graph): StageTasks[] {
  const stages: StageTasks[] = [];
  for (let start = 0; start < tasks.length;) {
    const { stage } = tasks[start]!;
    let end = start + 1;
    while (end < tasks.length && tasks[end]!.stage === stage) end++;
    stages.push({ stage, tasks: tasks.slice(start, end) });
    start = end;
  }
  return stages;
}

/** All axes of a stage, those that come with its inputs included, with their values. */
export function axesOf({ tasks }: StageTasks): Axis[] {
  const [first] = tasks;
  return Object.keys(first!.point).map((name) => {
    const values = new Set<Scalar>();
    for (const { point } of tasks) values.add(point[name]!);
    return { name, values: [...values] };
  });
}

export interface StageNode {
  readonly stage: Stage;
  readonly tasks: number;
  readonly axes: readonly StageAxis[];
}

export interface StageAxis {
  readonly name: string;
  readonly size: number;
  /** Each task along it continues the one before. */
  readonly scan: boolean;
}

export interface StageEdge {
  readonly from: string;
  /** Equal to `from` for what a scan carries on. */
  readonly to: string;
  readonly output: string;
  readonly input: string;
  /** Axes that the reader takes whole. */
  readonly gather: readonly string[];
}

/** The graph by stages, for drawing. */
export interface StageGraph {
  readonly nodes: readonly StageNode[];
  readonly edges: readonly StageEdge[];
}

export function stageGraph(graph: Graph): StageGraph {
  const stages = stagesOf(graph);
  const nodes = stages.map((tasks): StageNode => {
    const { stage } = tasks;
    const axes = axesOf(tasks).map(({ name, values }) => {
      return { name, size: values.length, scan: stage.scan?.name === name };
    });
    return { stage, tasks: tasks.tasks.length, axes };
  });
  const edges = stages.flatMap(({ stage }) => [
    ...stage.inputs.flatMap(({ name, source }): StageEdge[] => {
      if (source.kind !== 'output') return [];
      const { stage: from, output, gather } = source;
      return [{ from, to: stage.name, output, input: name, gather }];
    }),
    ...(stage.scan?.carry ?? []).map(({ input, output }): StageEdge => {
      return { from: stage.name, to: stage.name, output, input, gather: [] };
    }),
  ]);
  return { nodes, edges };
}

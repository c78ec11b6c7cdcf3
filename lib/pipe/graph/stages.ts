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

/** All axes of a stage, those that come with its inputs included, with the values that its tasks have. */
export function axesOf({ tasks }: StageTasks): Axis[] {
  const [first] = tasks;
  return Object.keys(first!.point).map((name) => {
    const values = new Set<Scalar>();
    for (const { point } of tasks) values.add(point[name]!);
    return { name, values: [...values] };
  });
}

/** The same with the values in the order in which they are declared, where tasks do not have all combinations. */
export function orderedAxesOf(of: StageTasks, stages: ReadonlyMap<string, Stage>): Axis[] {
  return axesOf(of).map(({ name, values }) => {
    const declared = declaredValues(of.stage, name, stages);
    return { name, values: values.toSorted((a, b) => declared.indexOf(a) - declared.indexOf(b)) };
  });
}

function declaredValues(
  { matrix, scan, inputs }: Stage,
  axis: string,
  stages: ReadonlyMap<string, Stage>,
): readonly Scalar[] {
  const own = [...matrix, ...(scan === null ? [] : [scan])].find(({ name }) => name === axis);
  if (own !== undefined) return own.values;
  for (const { source } of inputs) {
    if (source.kind !== 'output' || source.gather.includes(axis)) continue;
    const from = stages.get(source.stage);
    const values = from === undefined ? [] : declaredValues(from, axis, stages);
    if (values.length > 0) return values;
  }
  return [];
}

/**
 * Which combinations of the values of its axes have a task, the last axis running fastest: how many in a row, from which
 * on. Null where all have one.
 */
export function runsOf({ tasks }: StageTasks, axes: readonly Axis[]): [from: number, tasks: number][] | null {
  const product = axes.reduce((count, { values }) => count * values.length, 1);
  if (product === tasks.length) return null;
  const digits = axes.map(({ values }) => new Map(values.map((value, digit) => [value, digit])));
  const runs: [number, number][] = [];
  for (const { point } of tasks) {
    let place = 0;
    for (const [axis, { name, values }] of axes.entries())
      place = place * values.length + digits[axis]!.get(point[name]!)!;
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === place) last[1] += 1;
    else runs.push([place, 1]);
  }
  return runs;
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

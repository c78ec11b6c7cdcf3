import type { Graph, Task } from '../graph/graph.ts';
import { stageGraph, type StageGraph } from '../graph/stages.ts';
import { axesText, sizeOf } from './drawing.ts';
import { lanes } from './lanes.ts';
import type { Style } from './style.ts';
import { columnsOf, fitted, padded } from './width.ts';

export interface DagOptions {
  /** Every task instead of a node per stage. */
  readonly tasks: boolean;
  /** Columns the text form may take. */
  readonly columns: number;
  readonly style: Style;
}

/** Draws a pipeline for reading in a terminal. */
export function dagText(graph: Graph, { tasks, columns, style }: DagOptions): string {
  const lines = tasks ? taskLines(graph, style) : stageLines(stageGraph(graph), columns, style);
  return `${lines.join('\n')}\n`;
}

function stageLines(stages: StageGraph, columns: number, style: Style): string[] {
  const { nodes, edges } = stages;
  const { colors, unicode } = style;
  const position = new Map(nodes.map(({ stage }, index) => [stage.name, index]));
  const parents = nodes.map(({ stage }) => {
    const from = edges.filter(({ to }) => to === stage.name).map((edge) => position.get(edge.from)!);
    return [...new Set(from)].filter((parent) => parent !== position.get(stage.name));
  });
  const drawn = lanes(parents, unicode);
  const heads = nodes.map((node, row) =>
    `${drawn[row]!} ${node.stage.name} ${sizeOf(node, unicode)}`.trimEnd(),
  );
  const headWidth = Math.max(...heads.map(columnsOf));
  const axes = nodes.map((node) => axesText(node, unicode));
  const axesWidth = Math.max(...axes.map(columnsOf));
  const ellipsis = unicode ? '…' : '~';
  return nodes.map(({ stage }, row) => {
    const lane = drawn[row]!;
    const rest = heads[row]!.slice(lane.length + 1 + stage.name.length);
    const spans = [
      { text: lane, paint: colors.dim },
      { text: ` ${stage.name}`, paint: colors.bold },
      { text: padded(rest, headWidth - columnsOf(`${lane} ${stage.name}`)), paint: colors.cyan },
      { text: `  ${padded(axes[row]!, axesWidth)}` },
      { text: stage.title === '' ? '' : `  ${stage.title}`, paint: colors.dim },
    ];
    return fitted(spans, columns, ellipsis).trimEnd();
  });
}

function taskLines(graph: Graph, style: Style): string[] {
  const { colors, unicode } = style;
  const arrow = unicode ? '←' : '<-';
  const nodes = stageGraph(graph).nodes;
  const lines: string[] = [];
  let next = 0;
  for (const node of nodes) {
    const { stage } = node;
    const tasks = graph.tasks.slice(next, (next += node.tasks));
    if (lines.length > 0) lines.push('');
    const head = [colors.bold(stage.name), colors.cyan(sizeOf(node, unicode)), axesText(node, unicode)];
    lines.push(head.filter((part) => part !== '').join('  '));
    const width = Math.max(...tasks.map(({ id }) => columnsOf(id)));
    for (const task of tasks) {
      const needs = needsOf(graph, task, style);
      const tail = needs === '' ? '' : colors.dim(`  ${arrow} ${needs}`);
      lines.push(`  ${needs === '' ? task.id : padded(task.id, width)}${tail}`);
    }
  }
  return lines;
}

/** Up to three tasks of a stage by name, more by their number. */
function needsOf(graph: Graph, task: Task, { unicode }: Style): string {
  const byStage = new Map<string, string[]>();
  for (const need of task.needs) {
    const { id, stage } = graph.tasks[need]!;
    const ids = byStage.get(stage.name);
    if (ids === undefined) byStage.set(stage.name, [id]);
    else ids.push(id);
  }
  const texts = [...byStage].flatMap(([stage, ids]) =>
    ids.length <= 3 ? ids : [`${stage} ${unicode ? '×' : 'x'}${ids.length}`],
  );
  return texts.join(', ');
}

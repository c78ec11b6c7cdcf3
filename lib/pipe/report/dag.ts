import type { Graph, Task } from '../graph/graph.ts';
import { stageGraph, type StageEdge, type StageGraph, type StageNode } from '../graph/stages.ts';
import { absentLines } from './status.ts';
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
  return `${[...lines, ...absentLines(graph, style)].join('\n')}\n`;
}

function stageLines(stages: StageGraph, columns: number, style: Style): string[] {
  const { nodes } = stages;
  const { colors, unicode } = style;
  const drawn = stageLanes(stages, unicode);
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

/** A row of lanes for each stage. */
export function stageLanes({ nodes, edges }: StageGraph, unicode: boolean): string[] {
  const position = new Map(nodes.map(({ stage }, index) => [stage.name, index]));
  const parents = nodes.map(({ stage }) => {
    const from = edges.filter(({ to }) => to === stage.name).map((edge) => position.get(edge.from)!);
    return [...new Set(from)].filter((parent) => parent !== position.get(stage.name));
  });
  return lanes(parents, unicode);
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

/** `×40`, with a plain x where the font has no other; nothing for a stage of one task. */
function sizeOf({ tasks }: StageNode, unicode: boolean): string {
  if (tasks === 1) return '';
  return `${unicode ? '×' : 'x'}${tasks}`;
}

/**
 * `augment(2) × seed(2) × epoch(10)▸`: the mark is a scan's, whose tasks follow one another. Axes of one value
 * multiply nothing.
 */
function axesText({ axes }: StageNode, unicode: boolean): string {
  const [times, chain] = unicode ? [' × ', '▸'] : [' x ', '>'];
  const multiplying = axes.filter(({ size }) => size > 1);
  return multiplying.map(({ name, size, scan }) => `${name}(${size})${scan ? chain : ''}`).join(times);
}

/** A drawing of nodes and labelled edges, for the formats that other programs draw. */
interface Drawing {
  readonly nodes: readonly { readonly id: string; readonly lines: readonly string[] }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

function drawingOf(graph: Graph, tasks: boolean): Drawing {
  return tasks ? taskDrawing(graph) : stageDrawing(stageGraph(graph));
}

function stageDrawing({ nodes, edges }: StageGraph): Drawing {
  const labels = new Map<string, { edge: StageEdge; inputs: string[] }>();
  for (const edge of edges) {
    const gather = edge.gather.length > 0 ? ` (all ${edge.gather.join(', ')})` : '';
    const key = `${edge.from} ${edge.to}`;
    const label = labels.get(key) ?? { edge, inputs: [] };
    label.inputs.push(edge.input + gather);
    labels.set(key, label);
  }
  return {
    nodes: nodes.map((node) => {
      const head = `${node.stage.name} ${sizeOf(node, true)}`.trimEnd();
      const axes = axesText(node, true);
      return { id: node.stage.name, lines: axes === '' ? [head] : [head, axes] };
    }),
    edges: [...labels.values()].map(({ edge, inputs }) => {
      return { from: edge.from, to: edge.to, label: inputs.join(', ') };
    }),
  };
}

function taskDrawing({ tasks }: Graph): Drawing {
  return {
    nodes: tasks.map(({ id }) => ({ id, lines: [id] })),
    edges: tasks.flatMap(({ id, needs }) =>
      needs.map((need) => ({ from: tasks[need]!.id, to: id, label: '' })),
    ),
  };
}

export function dagMermaid(graph: Graph, tasks: boolean): string {
  const { nodes, edges } = drawingOf(graph, tasks);
  const number = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const quoted = (text: string): string => text.replaceAll('"', '#quot;');
  const lines = [
    'flowchart LR',
    ...nodes.map(({ id, lines }) => `  ${number.get(id)!}["${lines.map(quoted).join('<br/>')}"]`),
    ...edges.map(({ from, to, label }) => {
      const text = label === '' ? '' : `|"${quoted(label)}"|`;
      return `  ${number.get(from)!} -->${text} ${number.get(to)!}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

export function dagDot(graph: Graph, tasks: boolean): string {
  const { nodes, edges } = drawingOf(graph, tasks);
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  const lines = [
    'digraph pipeline {',
    '  rankdir=LR;',
    '  node [shape=box, style=rounded];',
    ...nodes.map(({ id, lines }) => `  ${quoted(id)} [label=${quoted(lines.join('\n'))}];`),
    ...edges.map(({ from, to, label }) => {
      const text = label === '' ? '' : ` [label=${quoted(label)}]`;
      return `  ${quoted(from)} -> ${quoted(to)}${text};`;
    }),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

export function dagJson(graph: Graph, tasks: boolean): string {
  return `${JSON.stringify(tasks ? taskRecords(graph) : stageRecords(graph), null, 2)}\n`;
}

function taskRecords({ tasks }: Graph): unknown {
  return {
    tasks: tasks.map(({ id, stage, point, needs, outputs }) => ({
      id,
      stage: stage.name,
      axes: point,
      needs: needs.map((need) => tasks[need]!.id),
      outputs: Object.fromEntries(outputs.map(({ name, path }) => [name, path])),
    })),
  };
}

/** Stages that have no tasks. */
export function absentRecords({ absent }: Graph): unknown {
  return absent.map(({ stage, by }) => ({ name: stage.name, by: by === 'when' ? by : { stage: by.stage } }));
}

function stageRecords(graph: Graph): unknown {
  const { nodes, edges } = stageGraph(graph);
  return {
    stages: nodes.map(({ stage, tasks, axes }) => ({ name: stage.name, title: stage.title, tasks, axes })),
    leftOut: absentRecords(graph),
    edges,
  };
}

import type { Graph } from '../graph/graph.ts';
import { stageGraph, type StageEdge, type StageGraph, type StageNode } from '../graph/stages.ts';

/** `×40`, with a plain x where the font has no other; nothing for a stage of one task without axes. */
export function sizeOf({ tasks, axes }: StageNode, unicode: boolean): string {
  if (axes.length === 0) return '';
  return `${unicode ? '×' : 'x'}${tasks}`;
}

/** `augment(2) × seed(2) × epoch(10)▸`: the mark is a scan's, whose tasks follow one another. */
export function axesText({ axes }: StageNode, unicode: boolean): string {
  const [times, chain] = unicode ? [' × ', '▸'] : [' x ', '>'];
  return axes.map(({ name, size, scan }) => `${name}(${size})${scan ? chain : ''}`).join(times);
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

function stageRecords(graph: Graph): unknown {
  const { nodes, edges } = stageGraph(graph);
  return {
    stages: nodes.map(({ stage, tasks, axes }) => ({ name: stage.name, title: stage.title, tasks, axes })),
    edges,
  };
}

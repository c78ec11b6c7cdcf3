import { describe, expect, test } from 'vitest';
import { dagDot, dagJson, dagMermaid, dagText } from '../../../lib/pipe/report/dag.ts';
import { lanes } from '../../../lib/pipe/report/lanes.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import { columnsOf } from '../../../lib/pipe/report/width.ts';
import { CHAINS, graphOf } from '../graph/pipelines.ts';

const graph = graphOf(CHAINS.replace('  data: {', '  data: { title: read what there is,'));
const style = styleFor({ isTTY: false, env: {}, noColor: true });
const ascii = styleFor({ isTTY: false, env: { LANG: 'C' }, noColor: true });

describe('the text form', () => {
  test('draws a line per stage, with its size and its title', () => {
    expect(`\n${dagText(graph, { tasks: false, columns: 80, style })}`).toBe(`
● data                                               read what there is
└─● train ×6         seed(2) × epoch(3)▸
  ├─● best ×2        seed(2)
  └─┴─● compare ×12  seed(2) × epoch(3) × metric(2)
      └─● plot
`);
  });

  test('needs no more than ASCII where there is no more', () => {
    expect(`\n${dagText(graph, { tasks: false, columns: 80, style: ascii })}`).toBe(`
o data                                               read what there is
\`-o train x6         seed(2) x epoch(3)>
  +-o best x2        seed(2)
  \`-'-o compare x12  seed(2) x epoch(3) x metric(2)
      \`-o plot
`);
  });

  test('fits the columns there are', () => {
    const lines = dagText(graph, { tasks: false, columns: 40, style }).split('\n');
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(40);
  });

  test('lists tasks with what they need, many of a stage as their number', () => {
    const text = dagText(graph, { tasks: true, columns: 80, style });
    expect(text).toContain(`best  ×2  seed(2)
  best@seed=0  ← train@seed=0,epoch=1, train@seed=0,epoch=2, train@seed=0,epoch=5
  best@seed=1  ← train@seed=1,epoch=1, train@seed=1,epoch=2, train@seed=1,epoch=5
`);
    expect(text).toContain('plot\n  plot  ← compare ×12\n');
  });
});

describe('lanes', () => {
  test('cross those that go on to others, and end with their last reader', () => {
    expect(`\n${lanes([[], [0], [1], [0], [1, 2, 3], []], true).join('\n')}\n`).toBe(`
●
├─●
│ ├─●
└─│─│─●
  └─┴─┴─●
●
`);
  });

  test('start again on the left where a long chain has led far to the right', () => {
    const chain = Array.from({ length: 12 }, (_, node) =>
      node === 0 ? [] : node < 11 ? [node - 1] : [0, 10],
    );
    expect(lanes(chain, true).slice(8)).toEqual([
      '│             └─●',
      '│               └─●',
      '│ ●───────────────┘',
      '└─┴─●',
    ]);
  });
});

test('mermaid and dot name the inputs on the edges, a scan leading back to itself', () => {
  expect(dagMermaid(graph, false)).toContain('  n1 -->|"model"| n1\n');
  expect(dagMermaid(graph, false)).toContain('  n1["train ×6<br/>seed(2) × epoch(3)▸"]\n');
  expect(dagMermaid(graph, false)).toContain('  n1 -->|"logs (all epoch)"| n2\n');
  expect(dagDot(graph, false)).toContain('  "train" -> "train" [label="model"];\n');
  expect(dagDot(graph, false)).toContain('  "train" -> "compare" [label="other, first"];\n');
  expect(dagDot(graph, true)).toContain('  "train@seed=0,epoch=1" -> "train@seed=0,epoch=2";\n');
});

test('json gives stages with their axes and edges, or every task', () => {
  const stages = JSON.parse(dagJson(graph, false)) as { stages: unknown[]; edges: unknown[] };
  expect(stages.stages[1]).toEqual({
    name: 'train',
    title: '',
    tasks: 6,
    axes: [
      { name: 'seed', size: 2, scan: false },
      { name: 'epoch', size: 3, scan: true },
    ],
  });
  expect(stages.edges[0]).toEqual({ from: 'data', to: 'train', output: 'all', input: 'data', gather: [] });
  const { tasks } = JSON.parse(dagJson(graph, true)) as { tasks: { id: string }[] };
  expect(tasks.find(({ id }) => id === 'best@seed=1')).toEqual({
    id: 'best@seed=1',
    stage: 'best',
    axes: { seed: 1 },
    needs: ['train@seed=1,epoch=1', 'train@seed=1,epoch=2', 'train@seed=1,epoch=5'],
    outputs: { model: 'artifacts/best/seed=1/model.txt' },
  });
});

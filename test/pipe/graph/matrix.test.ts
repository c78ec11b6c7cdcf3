import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import type { Graph } from '../../../lib/pipe/graph/graph.ts';
import { readsOf, taskOf } from './pipelines.ts';

const FILES: Readonly<Record<string, readonly string[]>> = { 'data/*.csv': ['data/a.csv', 'data/b.csv'] };

function graphOf(text: string, sets: readonly string[] = []): Graph {
  const list = (pattern: string): readonly string[] => FILES[pattern] ?? [];
  const loaded = loadPipeline(`version: 1\n${text}`, { file: 'pipeline.yaml', sets, list });
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  return loaded.graph;
}

function idsOf(graph: Graph, stage: string): string[] {
  return graph.tasks.filter((task) => task.stage.name === stage).map(({ id }) => id);
}

const valuesOf = (values: string): unknown[] =>
  graphOf(`stages:\n  s: { cmd: x, matrix: { a: ${values} }, outputs: { o: o } }\n`).tasks.map(
    ({ point }) => point['a'],
  );

describe('a range', () => {
  test('has both ends, up and down, in steps without the rest of binary fractions', () => {
    expect(valuesOf('{ from: 1, to: 4 }')).toEqual([1, 2, 3, 4]);
    expect(valuesOf('{ from: 3, to: 1 }')).toEqual([3, 2, 1]);
    expect(valuesOf('{ from: 1, to: 10, step: 4 }')).toEqual([1, 5, 9]);
    expect(valuesOf('{ from: 0.1, to: 0.5, step: 0.1 }')).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  test('with a factor multiplies', () => {
    expect(valuesOf('{ from: 1, to: 64, factor: 2 }')).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(valuesOf('{ from: 1, to: 0.001, factor: 0.1 }')).toEqual([1, 0.1, 0.01, 0.001]);
  });
});

const MATRIX = `stages:
  train:
    cmd: x
    matrix:
      model: [small, wide]
      seed: { from: 0, to: 2 }
      exclude: [{ model: wide, seed: [1, 2] }]
      include: [{ model: huge, seed: [0, 7] }]
    outputs: { o: o }
  score:
    cmd: x
    inputs: { i: train.o }
    matrix: { method: [a, b], exclude: [{ model: small, method: b }] }
    outputs: { o: o }
  all:
    cmd: x
    inputs: { i: { from: score.o, gather: [seed, method] } }
    outputs: { o: o }
  seven:
    cmd: x
    inputs: { i: { from: train.o, at: { seed: 7 } } }
    outputs: { o: o }
`;

describe('a matrix', () => {
  const graph = graphOf(MATRIX);

  test('is the product of its axes, without what is excluded, with what is included', () => {
    expect(idsOf(graph, 'train')).toEqual([
      'train@model=small,seed=0',
      'train@model=small,seed=1',
      'train@model=small,seed=2',
      'train@model=wide,seed=0',
      'train@model=huge,seed=0',
      'train@model=huge,seed=7',
    ]);
  });

  test('may exclude values of axes that come with inputs', () => {
    expect(idsOf(graph, 'score').filter((id) => id.includes('small'))).toEqual([
      'score@model=small,seed=0,method=a',
      'score@model=small,seed=1,method=a',
      'score@model=small,seed=2,method=a',
    ]);
    expect(idsOf(graph, 'score')).toHaveLength(3 + 2 * 3);
  });

  test('has readers where there is something to read, which gather what there is', () => {
    expect(idsOf(graph, 'all')).toEqual(['all@model=small', 'all@model=wide', 'all@model=huge']);
    expect(readsOf(graph, 'all@model=wide')).toEqual([
      'i: score@model=wide,seed=0,method=a.o {"seed":0,"method":"a"}, score@model=wide,seed=0,method=b.o {"seed":0,"method":"b"}',
    ]);
    expect(idsOf(graph, 'seven')).toEqual(['seven@model=huge']);
    expect(readsOf(graph, 'seven@model=huge')).toEqual(['i: train@model=huge,seed=7.o']);
  });

  test('may consist of `include` alone, and brings back what `exclude` took', () => {
    const text =
      'stages:\n  s: { cmd: x, outputs: { o: o }, matrix: { include: [{ a: [1, 2], b: x }, { a: 3, b: y }] } }\n';
    expect(idsOf(graphOf(text), 's')).toEqual(['s@a=1,b=x', 's@a=2,b=x', 's@a=3,b=y']);
    const back =
      'stages:\n  s: { cmd: x, outputs: { o: o }, matrix: { a: [1, 2], exclude: [{ a: 2 }], include: [{ a: "2" }] } }\n';
    expect(graphOf(back).tasks.map(({ point }) => point['a'])).toEqual([1, 2]);
  });

  test('leaves entries and values out whose `when` is false', () => {
    const text = `params: { big: false }
stages:
  s:
    cmd: x
    outputs: { o: o }
    matrix:
      a: [{ name: x, w: 1 }, { name: y, w: 2, when: '\${big}' }]
      b: [1, 2]
      include: [{ a: z, b: 1, when: '\${big}' }]
      exclude: [{ a: x, b: 2, when: '\${big}' }]
`;
    expect(idsOf(graphOf(text), 's')).toEqual(['s@a=x,b=1', 's@a=x,b=2']);
    expect(idsOf(graphOf(text, ['big=true']), 's')).toEqual([
      's@a=x,b=1',
      's@a=y,b=1',
      's@a=y,b=2',
      's@a=z,b=1',
    ]);
  });
});

describe('a value that is a mapping', () => {
  const graph = graphOf(`params: { base: 4 }
stages:
  s:
    cmd: x {params.net.width}
    outputs: { o: o }
    matrix: { net: [{ name: small, width: '\${base}' }, { width: 64, depth: 2 }] }
  t:
    cmd: x
    inputs: { i: s.o, data: { path: 'data/\${net.width}.csv' } }
    params: [{ w: '\${net.width}' }]
    outputs: { o: o }
`);

  test('has a name, and fields that are parameters of the task', () => {
    expect(idsOf(graph, 's')).toEqual(['s@net=small', 's@net=64-2']);
    expect(taskOf(graph, 's@net=small').params.values).toEqual({ net: { name: 'small', width: 4 } });
    expect(taskOf(graph, 's@net=64-2').params.values).toEqual({ net: { width: 64, depth: 2 } });
  });

  test('gives its fields to stages that read the stage', () => {
    expect(taskOf(graph, 't@net=64-2').params.values).toEqual({ w: 64 });
    expect(taskOf(graph, 't@net=small').inputs[1]!.sources).toMatchObject([{ path: 'data/4.csv' }]);
  });
});

test('files that match a pattern are values, by what the pattern leaves open and by their path', () => {
  const graph = graphOf(`stages:
  s:
    cmd: x
    inputs: { one: './data/{sample}.csv', same: { path: '\${sample.path}' } }
    outputs: { o: o }
    matrix: { sample: { glob: ./data/*.csv } }
`);
  expect(idsOf(graph, 's')).toEqual(['s@sample=a', 's@sample=b']);
  const paths = taskOf(graph, 's@sample=b').inputs.flatMap(({ sources }) => sources);
  expect(paths).toMatchObject([{ path: 'data/b.csv' }, { path: 'data/b.csv' }]);
  expect(taskOf(graph, 's@sample=b').params.values).toEqual({});
});

describe('`when`', () => {
  const text = (when: string): string => `params:
  draw: true
  engine: cpu
  model: { small: { cam: true }, wide: { cam: false } }
stages:
  s:
    cmd: x
    outputs: { o: o }
    matrix: { model: [small, wide], seed: [0, 1] }
  w:
    cmd: x
    when: ${when}
    inputs: { i: s.o }
    outputs: { o: o }
  reads: { cmd: x, inputs: { i: w.o }, outputs: { o: o } }
`;

  test.each([
    ['true', 4],
    ['${draw}', 4],
    ['{ seed: 1 }', 2],
    ['{ seed: [0, 1], model: wide }', 2],
    ["'${model.{model}.cam}'", 2],
    ['{ params.engine: [cpu, cuda] }', 4],
    ["[{ seed: 0 }, '${draw}', { 'params.model.{model}.cam': false }]", 1],
  ])('%s leaves %i of four tasks, and so many to those that read them', (when, count) => {
    const graph = graphOf(text(when));
    expect(idsOf(graph, 'w')).toHaveLength(count);
    expect(idsOf(graph, 'reads')).toHaveLength(count);
    expect(graph.absent).toEqual([]);
  });

  test.each(['false', '{ seed: 9 }', '{ params.engine: cuda }'])(
    '%s leaves out the stage and those that read it',
    (when) => {
      const { tasks, absent } = graphOf(text(when));
      expect(tasks).toHaveLength(4);
      expect(absent.map(({ stage, by }) => [stage.name, by])).toEqual([
        ['w', 'when'],
        ['reads', { stage: 'w' }],
      ]);
    },
  );
});

test('a chain goes on past a value that is left out', () => {
  const graph = graphOf(`stages:
  s:
    cmd: x
    matrix: { seed: [0, 1], exclude: [{ seed: 1, step: 2 }, { seed: 0, step: 1 }] }
    scan: { axis: step, values: { from: 1, to: 3 }, carry: { before: o } }
    outputs: { o: o }
`);
  expect(graph.tasks.map(({ id, previous }) => [id, previous])).toEqual([
    ['s@seed=0,step=2', null],
    ['s@seed=0,step=3', 2],
    ['s@seed=1,step=1', null],
    ['s@seed=1,step=3', 1],
  ]);
  expect(readsOf(graph, 's@seed=1,step=3')).toEqual(['before: s@seed=1,step=1.o']);
});

test('a stage with some combinations has the tasks that a filter of the product leaves, for any exclusions', () => {
  const entry = fc.record(
    {
      a: fc.subarray([0, 1, 2], { minLength: 1 }),
      b: fc.subarray([0, 1, 2], { minLength: 1 }),
      c: fc.subarray([0, 1], { minLength: 1 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.array(
        entry.filter((each) => Object.keys(each).length > 0),
        { maxLength: 3 },
      ),
      (exclude) => {
        const all = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1].map((c) => ({ a, b, c }))));
        const left = all.filter(
          (point) =>
            !exclude.some((each) =>
              Object.entries(each).every(([axis, values]) => values.includes(point[axis as 'a'])),
            ),
        );
        fc.pre(left.length > 0);
        const graph = graphOf(`stages:
  s: { cmd: x, matrix: { a: [0, 1, 2], b: [0, 1, 2] }, outputs: { o: o } }
  t: { cmd: x, inputs: { i: s.o }, matrix: { c: [0, 1], exclude: ${JSON.stringify(exclude)} }, outputs: { o: o } }
  u: { cmd: x, inputs: { i: t.o, j: s.o }, outputs: { o: o } }
`);
        const ids = (stage: string) => left.map(({ a, b, c }) => `${stage}@a=${a},b=${b},c=${c}`);
        expect(idsOf(graph, 't')).toEqual(ids('t'));
        expect(idsOf(graph, 'u')).toEqual(ids('u'));
        for (const { stage, point, inputs } of graph.tasks) {
          for (const { sources } of stage.name === 's' ? [] : inputs) {
            for (const source of sources) {
              if (source.kind !== 'output') continue;
              const read = graph.tasks[source.task]!.point;
              expect(point).toMatchObject(read);
            }
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

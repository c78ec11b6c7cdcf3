import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expandGraph } from '../../../lib/pipe/graph/expand.ts';
import type { Graph } from '../../../lib/pipe/graph/graph.ts';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import { givenUnder } from '../../../lib/pipe/graph/parameters.ts';
import type { Manifest, Stage } from '../../../lib/pipe/manifest/manifest.ts';
import { bareStage } from '../stage.ts';
import { CHAINS, graphOf, readsOf, taskOf } from './pipelines.ts';

const graph = graphOf(CHAINS);

describe('a task', () => {
  test('has the axes of its inputs, then its matrix, then its scan, the last running fastest', () => {
    const idsOf = (stage: string): string[] =>
      graph.tasks.filter((task) => task.stage.name === stage).map(({ id }) => id);
    expect(idsOf('data')).toEqual(['data']);
    expect(idsOf('train').slice(0, 4)).toEqual([
      'train@seed=0,epoch=1',
      'train@seed=0,epoch=2',
      'train@seed=0,epoch=5',
      'train@seed=1,epoch=1',
    ]);
    expect(idsOf('best')).toEqual(['best@seed=0', 'best@seed=1']);
    expect(idsOf('compare').slice(0, 3)).toEqual([
      'compare@seed=0,epoch=1,metric=a',
      'compare@seed=0,epoch=1,metric=b',
      'compare@seed=0,epoch=2,metric=a',
    ]);
  });

  test('of a scan continues the one before; the first has none', () => {
    expect(readsOf(graph, 'train@seed=1,epoch=1')).toContain('model: ');
    expect(readsOf(graph, 'train@seed=1,epoch=5')).toContain('model: train@seed=1,epoch=2.model');
    const previous = graph.tasks.filter(({ stage }) => stage.name === 'train').map((task) => task.previous);
    expect(previous).toEqual([null, 1, 2, null, 1, 2]);
  });

  test('reads a gathered axis as a list in its order, each with its place', () => {
    expect(readsOf(graph, 'best@seed=1')).toEqual([
      'logs: train@seed=1,epoch=1.log {"epoch":1}, train@seed=1,epoch=2.log {"epoch":2}, train@seed=1,epoch=5.log {"epoch":5}',
    ]);
    expect(taskOf(graph, 'plot').inputs[0]!.sources).toHaveLength(12);
  });

  test('joins its inputs on axes of one name, and takes the value that `at` fixes', () => {
    expect(readsOf(graph, 'compare@seed=1,epoch=5,metric=b')).toEqual([
      'one: best@seed=1.model',
      'other: train@seed=1,epoch=5.model',
      'first: train@seed=1,epoch=1.model',
    ]);
  });

  test('has its values filled into paths', () => {
    expect(readsOf(graph, 'train@seed=1,epoch=2')[1]).toBe('notes: notes/1/seed=1/epoch=2.md');
    expect(taskOf(graph, 'train@seed=1,epoch=2').outputs).toEqual([
      { name: 'log', path: 'artifacts/train/seed=1/epoch=2/log.txt', directory: false },
      { name: 'model', path: 'artifacts/train/seed=1/epoch=2/model.txt', directory: false },
      { name: 'fixed', path: 'artifacts/models/2-1', directory: true },
    ]);
    expect(taskOf(graph, 'data').outputs[0]!.path).toBe('artifacts/data/all.txt');
  });

  test('needs each task once, in order, and is needed by those that read it', () => {
    const ids = (indices: readonly number[]): string[] => indices.map((index) => graph.tasks[index]!.id);
    expect(ids(taskOf(graph, 'compare@seed=1,epoch=1,metric=a').needs)).toEqual([
      'train@seed=1,epoch=1',
      'best@seed=1',
    ]);
    expect(ids(taskOf(graph, 'train@seed=0,epoch=2').neededBy)).toEqual([
      'train@seed=0,epoch=5',
      'best@seed=0',
      'compare@seed=0,epoch=2,metric=a',
      'compare@seed=0,epoch=2,metric=b',
    ]);
  });
});

describe('a stage that comes after another', () => {
  const graphOf = (text: string) => {
    const loaded = loadPipeline(`version: 1\nstages:\n${text}`, { file: 'pipeline.yaml' });
    if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('; '));
    return loaded.graph;
  };
  const stage = (name: string, more: string): string =>
    `  ${name}: { cmd: 'true > {outputs.o}', outputs: { o: o }, ${more} }\n`;

  test('waits for the tasks that have its values on the axes that both have', () => {
    const graph = graphOf(
      stage('clean', 'after: [other, load, other]') +
        stage('load', 'matrix: { seed: [0, 1], part: [a, b] }') +
        stage('train', 'after: [load], matrix: { seed: [1, 2] }') +
        stage('other', ''),
    );
    const needs = Object.fromEntries(
      graph.tasks.map(({ id, needs: indices }) => [id, indices.map((index) => graph.tasks[index]!.id)]),
    );
    const loads = ['load@seed=0,part=a', 'load@seed=0,part=b', 'load@seed=1,part=a', 'load@seed=1,part=b'];
    expect(needs['clean']).toEqual(expect.arrayContaining(['other', ...loads]));
    expect(needs['clean']).toHaveLength(5);
    expect(needs['train@seed=1']).toEqual(loads.slice(2));
    expect(needs['train@seed=2']).toEqual([]);
    const at = (id: string) => graph.tasks.find((task) => task.id === id)!;
    expect(at('load@seed=1,part=a').neededBy).toEqual(
      [at('clean').index, at('train@seed=1').index].sort((a, b) => a - b),
    );
    // Nothing is read.
    expect(graph.tasks.flatMap(({ inputs }) => inputs)).toEqual([]);
  });

  test('comes after nothing where the other has no tasks', () => {
    const graph = graphOf(stage('a', 'after: [b]') + stage('b', 'when: false'));
    expect(graph.tasks.map(({ id, needs }) => [id, needs])).toEqual([['a', []]]);
  });

  test('is part of circles, and its name is looked for', () => {
    const problems = (text: string) => () => graphOf(text);
    expect(problems(stage('a', 'after: [b]') + stage('b', 'inputs: { x: a.o }'))).toThrow(
      'stages need each other in a circle: a → b → a',
    );
    expect(problems(stage('a', 'after: [a]'))).toThrow('in a circle');
    expect(problems(stage('a', 'after: [c]') + stage('b', ''))).toThrow('there is no stage `c`');
  });

  test('is refused where there would be more to wait for than can be planned', () => {
    const many = Array.from({ length: 6000 }, (_, at) => at).join(', ');
    expect(() =>
      graphOf(stage('a', `matrix: { x: [${many}] }`) + stage('b', `after: [a], matrix: { y: [${many}] }`)),
    ).toThrow('6000 tasks that wait for some 6000 others each');
  });
});

test('the pipeline of this repository expands under each of its profiles', () => {
  const text = readFileSync('pipeline.yaml', 'utf8');
  for (const profile of [undefined, 'cifar10', 'fashion-mnist', 'results', 'paper']) {
    const loaded = loadPipeline(text, { file: 'pipeline.yaml', profile });
    expect(loaded.ok ? loaded.graph.tasks.length : loaded.diagnostics).toBeGreaterThan(100);
  }
});

/** Random manifests: each stage reads some before it, gathering or keeping their axes, and adds axes. */
const manifest: fc.Arbitrary<Manifest> = fc
  .array(
    fc.record({
      reads: fc.array(fc.record({ of: fc.nat(), gather: fc.boolean() }), { maxLength: 3 }),
      matrix: fc.integer({ min: 0, max: 2 }),
      scan: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((drafts) => {
    const axes: string[][] = [];
    const stages = drafts.map(({ reads, matrix, scan }, index): Stage => {
      const inputs =
        index === 0
          ? []
          : reads.map(({ of, gather }, input) => {
              const from = of % index;
              const gathered = gather ? axes[from]! : [];
              return { name: `i${input}`, from, gathered };
            });
      const values = (size: number): number[] => Array.from({ length: size }, (_, value) => value);
      const own = [...(matrix > 0 ? [`m${index}`] : []), ...(scan > 0 ? [`s${index}`] : [])];
      const inherited = inputs.flatMap(({ from, gathered }) => (gathered.length > 0 ? [] : axes[from]!));
      axes.push([...new Set([...inherited, ...own])]);
      return bareStage({
        name: `t${index}`,
        inputs: inputs.map(({ name, from, gathered }) => {
          return {
            name,
            source: { kind: 'output', stage: `t${from}`, output: 'o', gather: gathered, at: {} },
          };
        }),
        outputs: [{ name: 'o', path: `t${index}/{axes}/o`, directory: false }],
        matrix: matrix > 0 ? [{ name: `m${index}`, values: values(matrix) }] : [],
        scan:
          scan > 0 ? { name: `s${index}`, values: values(scan), carry: [{ input: 'c', output: 'o' }] } : null,
      });
    });
    return {
      profile: 'default',
      experiment: null,
      artifacts: 'artifacts',
      params: {},
      paramsFile: null,
      included: [],
      fields: {},
      globs: [],
      resources: {},
      doctor: null,
      remote: null,
      stages,
    };
  });

function expanded(of: Manifest): Graph {
  const result = expandGraph(of);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.graph;
}

describe('of any manifest', () => {
  test('tasks stand in topological order under dense, unique ids', () => {
    fc.assert(
      fc.property(manifest, (of) => {
        const { tasks, byId } = expanded(of);
        expect(byId.size).toBe(tasks.length);
        for (const [index, task] of tasks.entries()) {
          expect(task.index).toBe(index);
          for (const need of task.needs) {
            expect(need).toBeLessThan(index);
            expect(tasks[need]!.neededBy.includes(index)).toBe(true);
          }
        }
      }),
    );
  });

  test('the tasks of a stage are the product of its axes, each point once, each path once', () => {
    fc.assert(
      fc.property(manifest, (of) => {
        const { tasks } = expanded(of);
        for (const stage of of.stages) {
          const mine = tasks.filter((task) => task.stage === stage);
          const sizes = Object.keys(mine[0]!.point).map(
            (axis) => new Set(mine.map(({ point }) => point[axis])).size,
          );
          expect(mine.length).toBe(sizes.reduce((product, size) => product * size, 1));
          expect(new Set(mine.map(({ point }) => JSON.stringify(point))).size).toBe(mine.length);
        }
        expect(new Set(tasks.map(({ outputs }) => outputs[0]!.path)).size).toBe(tasks.length);
      }),
    );
  });

  test('what is read has the reader’s values on the axes they share, and the rest is gathered', () => {
    fc.assert(
      fc.property(manifest, (of) => {
        const { tasks } = expanded(of);
        for (const task of tasks) {
          for (const { source, sources } of task.stage.inputs.map((input, i) => ({
            ...input,
            ...task.inputs[i]!,
          }))) {
            if (source.kind !== 'output') continue;
            for (const read of sources) {
              if (read.kind !== 'output') continue;
              const { point } = tasks[read.task]!;
              const kept = Object.keys(point).filter((axis) => !source.gather.includes(axis));
              expect(kept.map((axis) => task.point[axis])).toEqual(kept.map((axis) => point[axis]));
              expect(read.point).toEqual(
                Object.fromEntries(source.gather.map((axis) => [axis, point[axis]])),
              );
            }
          }
        }
      }),
    );
  });
});

/** What an axis chooses, where its values are no plain words. */
const CHOICES = `
version: 1
params:
  datasets: [shapes, v1.5, 10]
  root: data
  dataset:
    shapes: { path: null, size: 3 }
    v1.5: { path: '/data/{seed}', size: 4 }
    10: { path: ten.csv, size: 4, more: [a] }
  rate: 0.1
stages:
  data:
    cmd: touch {params.set.size}
    params: [rate, { set: '\${dataset.{dataset}}', text: 'n \${dataset.{dataset}.size} \${root} $\${x}' }]
    matrix: { dataset: '\${datasets}', seed: [0, 1] }
    inputs:
      source: { path: '\${dataset.{dataset}.path}', external: true }
      notes: './\${root}/\${dataset.{dataset}.size}/{seed}.md'
      all: { glob: '\${root}/\${dataset.{dataset}.size}*' }
    outputs: { all: all.txt }
`;

describe('what an axis chooses', () => {
  const loaded = loadPipeline(CHOICES, { file: 'pipeline.yaml', sets: ['dataset.v1.5.size=5'] });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const { graph: chosen } = loaded;

  test('is among the parameters of a task, and nothing else of the catalogue is', () => {
    expect(taskOf(chosen, 'data@dataset=v1.5,seed=1').params.values).toEqual({
      rate: 0.1,
      set: { path: '/data/{seed}', size: 5 },
      text: 'n 5 data ${x}',
    });
    expect(taskOf(chosen, 'data@dataset=10,seed=0').params.values).toMatchObject({ set: { more: ['a'] } });
  });

  test('is one object for all tasks that choose the same', () => {
    const of = (id: string) => taskOf(chosen, id).params;
    expect(of('data@dataset=10,seed=0')).toBe(of('data@dataset=10,seed=1'));
  });

  test('gives paths and patterns, in which further axes are filled in; null is no file', () => {
    expect(readsOf(chosen, 'data@dataset=shapes,seed=1')).toEqual([
      'source: ',
      'notes: data/3/1.md',
      'all: data/3*',
    ]);
    expect(readsOf(chosen, 'data@dataset=v1.5,seed=1')[0]).toBe('source: /data/1');
  });

  test('is known by where the file gives it', () => {
    const { params } = taskOf(chosen, 'data@dataset=v1.5,seed=1');
    expect(givenUnder(params, ['set', 'size'])).toEqual(['dataset', 'v1.5', 'size']);
    expect(givenUnder(params, ['rate'])).toEqual(['rate']);
    expect(givenUnder(params, ['text'])).toBeUndefined();
  });
});

test('a hundred thousand tasks expand, each with its neighbours', () => {
  const values = Array.from({ length: 10_000 }, (_, step) => step);
  const { tasks } = graphOf(`
  chain:
    cmd: touch
    matrix: { lane: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }
    scan: { axis: step, values: [${values.join(', ')}], carry: { before: out } }
    outputs: { out: out.txt }
`);
  expect(tasks).toHaveLength(100_000);
  const edges = tasks.reduce((sum, { needs }) => sum + needs.length, 0);
  expect(edges).toBe(100_000 - 10);
  expect(tasks.at(-1)!.id).toBe('chain@lane=9,step=9999');
});

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { selectTasks } from '../../../lib/pipe/graph/select.ts';
import { pathName } from '../../../lib/pipe/manifest/axis-value.ts';
import { TestProject } from '../run/project.ts';

describe('the name that a value has in a path', () => {
  test('is the value where that can be, as it always was', () => {
    for (const value of ['a', 'résumé', '模型-1', 'a.b_c+d~e%f:g', 'a'.repeat(200), 0.5, true, -1])
      expect(pathName(value)).toBe(String(value));
  });

  test('is short and its own otherwise', () => {
    const values = ['meta-llama/Llama-3', 'meta-llama Llama-3', 'a b', 'a/b', '$(x)', '🦙', 'a'.repeat(201)];
    values.push('a'.repeat(202), '模'.repeat(100));
    const names = values.map(pathName);
    expect(new Set(names).size).toBe(values.length);
    for (const name of names) expect(name).toMatch(/^[^/\s$]{1,40}-[0-9a-f]{10}$/u);
    expect(names[0]).toMatch(/^meta-llama_Llama-3-/);
  });
});

describe('an axis with values of any kind', () => {
  const values = [
    'meta-llama/Llama-3',
    'a b',
    "it's $(touch pwned)",
    '模型',
    'x'.repeat(300),
    'a*[b]',
    'plain',
  ];
  const files = Object.fromEntries(
    values.map((value) => [`data/${value.slice(0, 50)}.txt`, `of ${value}\n`]),
  );

  test('runs, finds inputs by the value itself, and is gathered, selected and cleared away', async () => {
    const project = new TestProject({
      ...files,
      'pipeline.yaml': JSON.stringify({
        version: 1,
        params: { values: values.map((value) => value.slice(0, 50)), long: values },
        stages: {
          one: {
            cmd: 'cat {inputs.path} {inputs.glob} > {outputs.x}; echo {m} >> {outputs.x}',
            matrix: { m: '${values}' },
            inputs: { path: 'data/{m}.txt', glob: { glob: 'data/{m}.t*' } },
            outputs: { x: 'x.txt' },
          },
          long: { cmd: 'echo {l} > {outputs.x}', matrix: { l: '${long}' }, outputs: { x: 'long/{l}.txt' } },
          all: {
            cmd: 'cat {inputs.x} > {outputs.x}',
            inputs: { x: { from: 'one.x', gather: ['m'] } },
            outputs: { x: 'all.txt' },
          },
        },
      }),
    });
    expect(Object.values(await project.run()).every((outcome) => outcome === 'ran')).toBe(true);
    expect(await project.states()).toEqual({});
    expect(existsSync(project.path('pwned'))).toBe(false);
    const expected = values.map((v) => `of ${v}\nof ${v}\n${v.slice(0, 50)}\n`).join('');
    expect(project.read('artifacts/all/all.txt')).toBe(expected);
    expect(project.read('artifacts/one/m=plain/x.txt')).toContain('of plain');

    const { graph } = project.load();
    for (const value of values.slice(0, 4)) {
      const found = selectTasks(graph, [`one@m=${value}`], { upstream: false, downstream: false });
      expect(found.ok && [...found.tasks].map((index) => graph.tasks[index]!.point)).toEqual([{ m: value }]);
    }

    const task = graph.byId.get('one@m=meta-llama/Llama-3')!;
    const path = task.outputs[0]!.path;
    expect(existsSync(project.path(path))).toBe(true);
    project.edit('pipeline.yaml', '"meta-llama/Llama-3",', '');
    await project.run();
    expect(existsSync(project.path(path))).toBe(false);
  });
});

describe('names that every object has', () => {
  test('can name axes, inputs, outputs and parameters', async () => {
    const project = new TestProject({
      'pipeline.yaml': JSON.stringify({
        version: 1,
        params: { toString: { constructor: 3 }, hasOwnProperty: [1, 2] },
        stages: {
          constructor: {
            cmd: 'echo {valueOf} {params.toString.constructor} > {outputs.toString}',
            params: ['toString'],
            matrix: { valueOf: '${hasOwnProperty}' },
            outputs: { toString: 't.txt' },
          },
          valueOf: {
            cmd: 'cat {inputs.constructor} > {outputs.valueOf}',
            inputs: { constructor: { from: 'constructor.toString', gather: ['valueOf'] } },
            outputs: { valueOf: 'v.txt' },
          },
          one: {
            cmd: 'cat {inputs.valueOf} > {outputs.x}',
            inputs: { valueOf: { from: 'constructor.toString', at: { valueOf: 2 } } },
            outputs: { x: 'x.txt' },
          },
        },
      }),
    });
    await project.run();
    expect(project.read('artifacts/valueOf/v.txt')).toBe('1 3\n2 3\n');
    expect(project.read('artifacts/one/x.txt')).toBe('2 3\n');
    project.edit('pipeline.yaml', '"constructor":3', '"constructor":4');
    expect((await project.inspect()).tasks[0]!.plan).toMatchObject({
      reasons: [{ reason: 'parameter', path: 'toString.constructor', before: 3, after: 4 }],
    });
  });
});

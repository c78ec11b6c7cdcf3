import { existsSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { blobPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { TestProject } from './project.ts';

const chain = {
  'pipeline.yaml': `
version: 1
params: { first: 1, last: 1 }
stages:
  a: { cmd: 'echo {params.first} > {outputs.o}', params: [first], outputs: { o: { path: a.txt, temp: true } } }
  b: { cmd: 'cat {inputs.i} > {outputs.o}; echo b >> {outputs.o}', inputs: { i: a.o }, outputs: { o: { path: b.txt, temp: true } } }
  c: { cmd: 'cat {inputs.i} > {outputs.o}; echo c {params.last} >> {outputs.o}', params: [last], inputs: { i: b.o }, outputs: { o: c.txt } }
  d: { cmd: 'cat {inputs.i} {inputs.j} > {outputs.o}; echo d >> {outputs.o}', inputs: { i: a.o, j: b.o }, outputs: { o: d.txt } }
`,
};

const there = (project: TestProject, ...paths: string[]): string[] =>
  paths.filter((path) => existsSync(project.path(path)));

/** Whether the store has these bytes. */
const isStored = (project: TestProject, text: string): boolean =>
  existsSync(blobPath(layoutOf(project.directory), digestOf(text)));

/** Why tasks began, by their ids. */
const reasons = (project: TestProject): Record<string, unknown> =>
  Object.fromEntries(
    project.events.flatMap((event) => (event.type === 'task-started' ? [[event.task, event.reasons]] : [])),
  );

const temps = ['artifacts/a/a.txt', 'artifacts/b/b.txt'];

describe('temporary outputs', () => {
  test('go when all that read them are done, out of artifacts and the store, and nothing is to be done then', async () => {
    const project = new TestProject(chain);
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran', c: 'ran', d: 'ran' });
    expect(there(project, ...temps, 'artifacts/a')).toEqual([]);
    expect([isStored(project, '1\n'), isStored(project, '1\nb\n')]).toEqual([false, false]);
    expect(project.read('artifacts/c/c.txt')).toBe('1\nb\nc 1\n');
    expect(await project.states()).toEqual({});
    expect(await project.run()).toEqual({});
  });

  test('are made again, and what they are made of, when a task that reads them has to run', async () => {
    const project = new TestProject(chain);
    await project.run();
    project.edit('pipeline.yaml', 'last: 1', 'last: 2');
    expect(await project.states()).toEqual({ a: 'stale', b: 'unknown', c: 'unknown', d: 'unknown' });
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran', c: 'ran', d: 'fresh' });
    expect(reasons(project)).toEqual({
      a: [{ reason: 'temp-needed', path: 'artifacts/a/a.txt', by: 'b' }],
      b: [{ reason: 'temp-needed', path: 'artifacts/b/b.txt', by: 'c' }],
      c: [{ reason: 'parameter', path: 'last', before: 1, after: 2 }],
    });
    expect(there(project, ...temps)).toEqual([]);
    expect(project.read('artifacts/c/c.txt')).toBe('1\nb\nc 2\n');
    expect(await project.run()).toEqual({});
  });

  test('need not be made again where all that reads them is restored', async () => {
    const project = new TestProject(chain);
    await project.run();
    project.edit('pipeline.yaml', 'first: 1', 'first: 2');
    await project.run();
    project.edit('pipeline.yaml', 'first: 2', 'first: 1');
    expect(await project.run()).toEqual({ a: 'restored', b: 'restored', c: 'restored', d: 'restored' });
    expect(project.read('artifacts/d/d.txt')).toBe('1\n1\nb\nd\n');
    expect(there(project, ...temps)).toEqual([]);
    expect(await project.run()).toEqual({});
  });

  test('are made again for a task that is run anyway', async () => {
    const project = new TestProject(chain);
    await project.run();
    const { graph } = project.load();
    const force = new Set([graph.byId.get('c')!.index]);
    expect(await project.run({ force })).toEqual({ a: 'ran', b: 'ran', c: 'ran', d: 'fresh' });
  });

  test('stay where a task that reads them failed, until it has not', async () => {
    const project = new TestProject(chain);
    project.edit('pipeline.yaml', "echo d >> {outputs.o}'", "test ! -e bad'");
    project.write({ bad: '' });
    await project.ask({ keepGoing: true });
    expect(there(project, ...temps)).toEqual(temps);
    expect(await project.states()).toEqual({ d: 'stale' });
    rmSync(project.path('bad'));
    expect(await project.run()).toEqual({ d: 'ran' });
    expect(there(project, ...temps)).toEqual([]);
    expect(isStored(project, '1\n')).toBe(false);
  });

  test('are what is asked for in a run that reads none of them, and go with the next that does', async () => {
    const project = new TestProject(chain);
    await project.run();
    const first = (id: string): boolean => id === 'a' || id === 'b';
    expect(await project.run({}, first)).toEqual({ a: 'ran', b: 'ran' });
    expect(there(project, ...temps)).toEqual(['artifacts/b/b.txt']);
    expect(await project.run({}, first)).toEqual({});
    expect(await project.run()).toEqual({});
    expect(there(project, ...temps)).toEqual([]);
    expect(isStored(project, '1\nb\n')).toBe(false);
  });

  test('that the run does not make are missing, in words of their own', async () => {
    const project = new TestProject(chain);
    await project.run();
    project.edit('pipeline.yaml', 'last: 1', 'last: 2');
    await project.ask({}, (id) => id === 'c');
    expect(project.outcomes()).toMatchObject([
      ['c', { reason: 'input-missing', input: 'i', path: 'artifacts/b/b.txt', temp: true }],
    ]);
  });

  test('that are declared so later go without a run, and come back when they no longer are', async () => {
    const plain = chain['pipeline.yaml'].replaceAll(/\{ path: (\w\.txt), temp: true \}/g, '$1');
    const project = new TestProject({ 'pipeline.yaml': plain });
    await project.run();
    expect(there(project, ...temps)).toEqual(temps);
    project.write(chain);
    expect(await project.run()).toEqual({});
    expect(there(project, ...temps)).toEqual([]);
    project.write({ 'pipeline.yaml': plain });
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran', c: 'fresh', d: 'fresh' });
    expect(there(project, ...temps)).toEqual(temps);
  });

  test('leave alone what somebody put in the place of one that went', async () => {
    const project = new TestProject(chain);
    await project.run();
    project.write({ 'artifacts/a/a.txt': 'mine\n' });
    expect(await project.run()).toEqual({});
    expect(project.read('artifacts/a/a.txt')).toBe('mine\n');
  });

  test('with the bytes of an output that stays take nothing of it away', async () => {
    const project = new TestProject({
      'pipeline.yaml': `
version: 1
stages:
  a: { cmd: 'echo same > {outputs.o}', outputs: { o: { path: a.txt, temp: true } } }
  b: { cmd: 'cp {inputs.i} {outputs.o}/x', inputs: { i: a.o }, outputs: { o: b/ } }
`,
    });
    await project.run();
    expect(isStored(project, 'same\n')).toBe(true);
    rmSync(project.path('artifacts'), { recursive: true });
    expect(await project.run()).toEqual({ b: 'restored' });
  });

  test('that are directories keep what a reader of one file in them goes by', async () => {
    const project = new TestProject({
      'pipeline.yaml': `
version: 1
params: { more: 1 }
stages:
  a: { cmd: 'echo x > {outputs.o}/x; echo {params.more} > {outputs.o}/y', params: [more], outputs: { o: { path: all/, temp: true } } }
  b: { cmd: 'cat {inputs.i} > {outputs.o}', inputs: { i: { from: a.o, file: x } }, outputs: { o: b.txt } }
`,
    });
    await project.run();
    expect(there(project, 'artifacts/a')).toEqual([]);
    expect(isStored(project, '1\n')).toBe(false);
    expect(await project.run()).toEqual({});
    project.edit('pipeline.yaml', 'more: 1', 'more: 2');
    expect(await project.run()).toEqual({ a: 'ran', b: 'fresh' });
  });
});

describe('a temporary output that comes out otherwise each time', () => {
  const stages = `
version: 1
params: { word: one }
stages:
  source: { cmd: 'cp {inputs.f} {outputs.o}', inputs: { f: ./f.txt }, outputs: { o: s.txt } }
  count: { cmd: 'echo x >> count; cp count {outputs.o}', outputs: { o: { path: count.txt, temp: true } } }
  one: { cmd: 'cat {inputs.c} {inputs.s} > {outputs.o}; echo {params.word} >> {outputs.o}', params: [word], inputs: { c: count.o, s: source.o }, outputs: { o: o.txt } }
  two: { cmd: 'cat {inputs.c} > {outputs.o}; echo two >> {outputs.o}', inputs: { c: count.o }, outputs: { o: o.txt } }
  after: { cmd: 'cat {inputs.t} > {outputs.o}', inputs: { t: two.o }, outputs: { o: o.txt } }
`;

  test('runs all that read it, in the same run, and says why', async () => {
    const project = new TestProject({ 'pipeline.yaml': stages, 'f.txt': 'f\n' });
    await project.run();
    project.edit('pipeline.yaml', 'word: one', 'word: two');
    expect(await project.run()).toEqual({ count: 'ran', one: 'ran', two: 'ran', after: 'ran' });
    expect(reasons(project)['two']).toMatchObject([{ reason: 'input', input: 'c', task: 'count' }]);
    expect(project.read('artifacts/after/o.txt')).toBe('x\nx\ntwo\n');
    expect(await project.run()).toEqual({});
  });

  test('does so too where nobody knew before the run that it would be needed', async () => {
    const project = new TestProject({ 'pipeline.yaml': stages, 'f.txt': 'f\n' });
    await project.run();
    project.write({ 'f.txt': 'g\n' });
    expect(await project.states()).toEqual({ source: 'stale', one: 'unknown' });
    expect(await project.run()).toEqual({
      ...{ source: 'ran', count: 'ran', one: 'ran', two: 'ran', after: 'ran' },
    });
    expect(project.read('artifacts/one/o.txt')).toBe('x\nx\ng\none\n');
    expect(project.read('artifacts/after/o.txt')).toBe('x\nx\ntwo\n');
    expect(there(project, 'artifacts/count/count.txt')).toEqual([]);
    expect(await project.run()).toEqual({});
  });

  test('is not made again for what turns out to be as it was', async () => {
    const project = new TestProject({ 'pipeline.yaml': stages, 'f.txt': 'f\n' });
    await project.run();
    project.edit('pipeline.yaml', 'cp {inputs.f}', 'cat {inputs.f} >');
    expect(await project.run()).toEqual({ source: 'ran', one: 'fresh' });
  });
});

describe('temporary checkpoints of a scan', () => {
  const pipeline = (evaluate: string) => `
version: 1
params: { epochs: [1, 2, 3], shown: 1 }
stages:
  train:
    cmd: 'cat {inputs.before} /dev/null > {outputs.model}; echo {epoch} >> {outputs.model}; echo log {epoch} > {outputs.log}; echo {epoch} >> begun'
    scan: { axis: epoch, values: '\${epochs}', carry: { before: model } }
    outputs: { model: { path: model.txt, temp: true }, log: log.txt }
  plot: { cmd: 'cat {inputs.log} > {outputs.o}', inputs: { log: { from: train.log, gather: [epoch] } }, outputs: { o: o.txt } }
${evaluate}`;
  const model = (epoch: number): string => `artifacts/train/epoch=${epoch}/model.txt`;
  const models = [1, 2, 3, 4].map(model);

  test('leave the last one, from which the scan goes on', async () => {
    const project = new TestProject({ 'pipeline.yaml': pipeline('') });
    await project.run();
    expect(there(project, ...models)).toEqual([model(3)]);
    expect(await project.run()).toEqual({});
    project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 4]');
    expect(await project.run()).toEqual({ 'train@epoch=4': 'ran', plot: 'ran' });
    expect(there(project, ...models)).toEqual([model(4)]);
    expect(project.read(model(4))).toBe('1\n2\n3\n4\n');
    expect(project.read('begun')).toBe('1\n2\n3\n4\n');
  });

  test('go all where all are read, and a task that reads one has the chain up to it made again', async () => {
    const evaluate =
      "  look: { cmd: 'cat {inputs.m} > {outputs.o}; echo {params.shown} >> {outputs.o}', params: [shown], inputs: { m: { from: train.model, at: { epoch: 2 } } }, outputs: { o: o.txt } }\n  end: { cmd: 'wc -l < {inputs.m} > {outputs.o}', inputs: { m: { from: train.model, at: { epoch: 3 } } }, outputs: { o: o.txt } }\n";
    const project = new TestProject({ 'pipeline.yaml': pipeline(evaluate) });
    await project.run();
    expect(there(project, ...models)).toEqual([]);
    project.edit('pipeline.yaml', 'shown: 1', 'shown: 2');
    expect(await project.run()).toEqual({
      ...{ 'train@epoch=1': 'ran', 'train@epoch=2': 'ran', 'train@epoch=3': 'fresh', plot: 'fresh' },
      ...{ look: 'ran', end: 'fresh' },
    });
    expect(there(project, ...models)).toEqual([]);
    expect(await project.run()).toEqual({});
  });
});

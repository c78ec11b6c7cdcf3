import { describe, expect, test } from 'vitest';
import { TestProject } from './project.ts';

/** Two tasks that fill what no file of the pipeline is, and one that asks it; `asked` is declared first. */
const filled = {
  'pipeline.yaml': `
version: 1
params: { text: one }
stages:
  asked: { after: [fill], cmd: 'cat store/1 store/2 > {outputs.o}; echo asked >> marks', outputs: { o: o.txt } }
  fill:
    cmd: mkdir -p store; echo {params.text} > store/{part}; echo fill >> marks
    params: [text]
    matrix: { part: [1, 2] }
`,
};

const marks = (project: TestProject): string => project.read('marks');

describe('`after`', () => {
  test('lets a stage begin when all tasks of another have ended, though it reads nothing of theirs', async () => {
    const project = new TestProject(filled);
    await project.run({ jobs: 4 });
    expect(marks(project)).toBe('fill\nfill\nasked\n');
    expect(project.read('artifacts/asked/o.txt')).toBe('one\none\n');
  });

  test('is no reason to run again', async () => {
    const project = new TestProject(filled);
    await project.run();
    project.edit('pipeline.yaml', 'text: one', 'text: two');
    // They may change files that it reads: it is looked at when they have ended.
    expect(await project.states()).toEqual({
      ...{ asked: 'unknown', 'fill@part=1': 'stale', 'fill@part=2': 'stale' },
    });
    expect(await project.run()).toEqual({ asked: 'fresh', 'fill@part=1': 'ran', 'fill@part=2': 'ran' });
    expect(await project.states()).toEqual({});
  });

  test('begins nothing after a task that failed, and names it', async () => {
    const project = new TestProject(filled);
    project.edit('pipeline.yaml', 'mkdir -p store', 'test {part} = 1; mkdir -p store');
    await project.ask({ keepGoing: true });
    const asked = new Map(project.outcomes()).get('asked');
    expect(asked).toEqual({ type: 'skipped', reason: 'upstream-failed', upstream: 'fill@part=2' });
  });

  test('has no say where the other stage is not part of the run, built before or never', async () => {
    const project = new TestProject({ ...filled, 'store/1': 'a', 'store/2': 'b' });
    expect(await project.run({}, (id) => id === 'asked')).toEqual({ asked: 'ran' });
    await project.run();
    project.edit('pipeline.yaml', 'echo asked', 'echo again');
    expect(await project.run({}, (id) => id === 'asked')).toEqual({ asked: 'ran' });
  });
});

const fetched = {
  'server.txt': 'a\n',
  'pipeline.yaml': `
version: 1
stages:
  fetch: { always: true, cmd: 'cat server.txt > {outputs.o}; echo fetch >> marks', outputs: { o: o.txt } }
  use: { cmd: 'cat {inputs.i} > {outputs.o}; echo use >> marks', inputs: { i: fetch.o }, outputs: { o: o.txt } }
`,
};

describe('`always`', () => {
  test('runs every time, and what reads it where its bytes differ', async () => {
    const project = new TestProject(fetched);
    await project.run();
    expect(await project.states()).toEqual({ fetch: 'stale', use: 'unknown' });
    expect(await project.run()).toEqual({ fetch: 'ran', use: 'fresh' });
    project.write({ 'server.txt': 'b\n' });
    expect(await project.run()).toEqual({ fetch: 'ran', use: 'ran' });
    expect(project.read('artifacts/use/o.txt')).toBe('b\n');
    const started = project.events.filter((event) => event.type === 'task-started');
    expect(started[0]).toMatchObject({ task: 'fetch', reasons: [{ reason: 'always' }] });
  });

  test('takes nothing from the store in its place, also where a former value is back', async () => {
    const project = new TestProject(fetched);
    await project.run();
    project.write({ 'server.txt': 'b\n' });
    await project.run();
    project.write({ 'server.txt': 'a\n' });
    expect(await project.run()).toEqual({ fetch: 'ran', use: 'restored' });
    expect(marks(project)).toBe('fetch\nuse\nfetch\nuse\nfetch\n');
  });
});

import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { TestProject } from './project.ts';

const pipeline = `
version: 1
stages:
  old: { cmd: 'echo 1 > {outputs.x}', outputs: { x: x.txt } }
  two: { cmd: 'echo 1 > {outputs.x}; echo 2 > {outputs.y}', outputs: { x: x.txt, y: y.txt } }
`;

test('outputs of a stage or an output that has another name, or is gone, leave artifacts/; edited ones stay', async () => {
  const project = new TestProject({ 'pipeline.yaml': pipeline });
  await project.run();
  project.edit('pipeline.yaml', '  old:', '  new:');
  project.edit('pipeline.yaml', '; echo 2 > {outputs.y}', '');
  project.edit('pipeline.yaml', ', y: y.txt', '');
  expect(await project.run()).toEqual({ new: 'restored', two: 'restored' });
  expect(existsSync(project.path('artifacts/old'))).toBe(false);
  expect(existsSync(project.path('artifacts/two/y.txt'))).toBe(false);
  project.write({ 'artifacts/new/x.txt': 'mine\n', 'pipeline.yaml': pipeline.replace(/ {2}old:.*\n/, '') });
  await project.run();
  expect(project.read('artifacts/new/x.txt')).toBe('mine\n');
});

test('the last good output of a task stays where it lay while the task fails with another place for it', async () => {
  const project = new TestProject({ 'pipeline.yaml': pipeline });
  await project.run();
  project.edit(
    'pipeline.yaml',
    "'echo 1 > {outputs.x}', outputs: { x: x.txt }",
    "'exit 1', outputs: { x: z.txt }",
  );
  expect(await project.run({ keepGoing: true })).toEqual({ old: 'failed' });
  expect(project.read('artifacts/old/x.txt')).toBe('1\n');
});

test('an output where copies are on their way is refused', async () => {
  const project = new TestProject({
    'pipeline.yaml': `version: 1\nstages:\n  s: { cmd: 'echo 1 > {outputs.x}', outputs: { x: .incoming/x.txt } }\n`,
  });
  expect(await project.ask()).toMatchObject({
    type: 'refused',
    stageIssues: [
      { stage: 's', path: ['outputs', 'x'], message: expect.stringContaining('.incoming') as string },
    ],
  });
});

test.runIf(existsSync('/dev/full'))(
  'what is printed to a full disk is told in words, and the work is done',
  () => {
    const project = new TestProject({ 'pipeline.yaml': pipeline });
    const program = `${import.meta.dirname}/../../../lib/pipe/dist/pipe.js`;
    const script = `exec ${process.execPath} ${program} run > /dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: project.directory, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: what is printed cannot be written: ENOSPC.*\n$/) as string,
    ]);
    expect(project.read('artifacts/two/y.txt')).toBe('2\n');
  },
);

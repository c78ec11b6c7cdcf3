import { existsSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { listingOf } from '../../../lib/pipe/files/listing.ts';
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

test('an output that the store has no longer stays, for nothing could bring it back', async () => {
  const project = new TestProject({ 'pipeline.yaml': pipeline });
  await project.run();
  rmSync(project.path('cache/store'), { recursive: true });
  project.write({ 'pipeline.yaml': pipeline.replace(/ {2}old:.*\n/, '') });
  await project.run();
  expect(project.read('artifacts/old/x.txt')).toBe('1\n');
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

test.each([
  ['a file', 'x', 'x/y', 'echo 1 > {outputs.x}'],
  ['a directory', 'x/', 'x/y/', 'mkdir {outputs.x}/none; echo 1 > {outputs.x}/f'],
  [
    'a directory that is a file by now',
    'x/',
    'x',
    'if test -d {outputs.x}; then touch {outputs.x}/f; else echo 1 > {outputs.x}; fi',
  ],
])('an output may come to lie below or above what was %s, which goes', async (_, before, after, command) => {
  const at = (path: string) => `version: 1\nstages:\n  s: { cmd: '${command}', outputs: { x: s/${path} } }\n`;
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    const project = new TestProject({ 'pipeline.yaml': at(one) });
    await project.run();
    project.write({ 'pipeline.yaml': at(other) });
    await project.run();
    const clean = new TestProject({ 'pipeline.yaml': at(other) });
    await clean.run();
    const [now, then] = [project, clean].map((each) => listingOf(each.path('artifacts')));
    expect(now).toEqual(then);
    expect(await project.states()).toEqual({});
  }
});

test('a file of somebody’s own where an output comes to lie is named, and stays', async () => {
  const at = (path: string) =>
    `version: 1\nstages:\n  s: { cmd: 'echo 1 > {outputs.x}', outputs: { x: s/${path} } }\n`;
  const project = new TestProject({ 'pipeline.yaml': at('x'), 'artifacts/s/x/mine': 'mine' });
  expect(await project.run()).toEqual({ s: 'failed' });
  expect(project.outcomes()[0]![1]).toMatchObject({
    reason: 'store-failed',
    message: expect.stringContaining('artifacts/s/x/mine is in its way') as string,
  });
  expect(project.read('artifacts/s/x/mine')).toBe('mine');
  project.write({ 'pipeline.yaml': at('x/mine/y') });
  expect(await project.run()).toEqual({ s: 'failed' });
  expect(project.read('artifacts/s/x/mine')).toBe('mine');
});

test.each(['.incoming', '.aside'])('an output in a directory of pipe’s own is refused: %s', async (own) => {
  const project = new TestProject({
    'pipeline.yaml': `version: 1\nstages:\n  s: { cmd: 'echo 1 > {outputs.x}', outputs: { x: ${own}/x.txt } }\n`,
  });
  expect(await project.ask()).toMatchObject({
    type: 'refused',
    stageIssues: [{ stage: 's', path: ['outputs', 'x'], message: expect.stringContaining(own) as string }],
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

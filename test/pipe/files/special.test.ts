import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';

test('an input that is a pipe is refused in words, and not waited for', async () => {
  const project = new TestProject({
    'pipeline.yaml':
      "version: 1\nstages:\n  a: { cmd: 'cat {inputs.i} > {outputs.x}', inputs: { i: ./pipe }, outputs: { x: x } }\n",
  });
  execFileSync('mkfifo', [project.path('pipe')]);
  expect(await project.ask()).toMatchObject({
    type: 'refused',
    inputIssues: [{ path: 'pipe', reason: 'special' }],
  });
});

test('so is one among the files of a directory, and a name that is not UTF-8', async () => {
  const project = new TestProject({
    'in/a': '',
    'pipeline.yaml':
      "version: 1\nstages:\n  a: { cmd: 'ls {inputs.i} > {outputs.x}', inputs: { i: in/ }, outputs: { x: x } }\n",
  });
  execFileSync('mkfifo', [project.path('in/pipe')]);
  expect(await project.ask()).toMatchObject({ inputIssues: [{ path: 'in/pipe', reason: 'special' }] });
  rmSync(project.path('in/pipe'));
  writeFileSync(Buffer.concat([Buffer.from(project.path('in/n')), Buffer.from([0xff])]), '');
  expect(await project.ask()).toMatchObject({ inputIssues: [{ path: 'in/n\ufffd', reason: 'not-utf-8' }] });
});

test('a pattern that matches everything does not match the lock, which each run writes', async () => {
  const project = new TestProject({
    'a.txt': '1',
    'pipe.paper.lock': '',
    'pipeline.yaml':
      "version: 1\nstages:\n  a: { cmd: 'echo {inputs.i} > {outputs.x}', inputs: { i: { glob: '*' } }, outputs: { x: x } }\n",
  });
  expect(await project.run()).toEqual({ a: 'ran' });
  expect(await project.states()).toEqual({});
  expect(project.read('artifacts/a/x')).toBe('a.txt pipeline.yaml\n');
});

test.each(['a.ts', 'b.ts'])(
  'a stage module, or what it imports, that is a pipe is refused: %s',
  async (name) => {
    const project = new TestProject({
      'stages/a.ts': "import './b.ts'; export default {};",
      'stages/b.ts': '',
      'pipeline.yaml': 'version: 1\nstages:\n  a: { use: stages/a.ts, outputs: { x: x } }\n',
    });
    rmSync(project.path(`stages/${name}`));
    execFileSync('mkfifo', [project.path(`stages/${name}`)]);
    expect(await project.ask()).toMatchObject({
      type: 'refused',
      stageIssues: [
        { path: ['use'], message: expect.stringContaining(`stages/${name} is no file`) as string },
      ],
    });
  },
);

test('a path of two lines is refused where a list of paths is asked for, and only there', async () => {
  const at = (asked: string) =>
    `version: 1\nstages:\n  a: { cmd: 'cat ${asked} > {outputs.x}', inputs: { i: { glob: 'in/*' } }, outputs: { x: x } }\n`;
  const project = new TestProject({
    'in/a\nb': 'two',
    'in/c': 'one',
    'pipeline.yaml': at('{inputs.i.list}'),
  });
  expect(await project.ask()).toMatchObject({ inputIssues: [{ path: 'in/a\nb', reason: 'two-lines' }] });
  project.write({ 'pipeline.yaml': at('{inputs.i}') });
  expect(await project.run()).toEqual({ a: 'ran' });
  expect(project.read('artifacts/a/x')).toBe('twoone');
});

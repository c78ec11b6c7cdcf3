import { describe, expect, test } from 'vitest';
import { newProject } from './project.ts';

const files = {
  'pipeline.yaml': `version: 1
params: { a: 1, b: 1 }
stages:
  make:
    cmd: mkdir {outputs.all}/sub; echo {params.a} > {outputs.all}/a; echo {params.b} > {outputs.all}/sub/b
    params: [a, b]
    matrix: { n: [1, 2] }
    outputs: { all: all/ }
  read:
    cmd: cat {inputs.one} > {outputs.copy}; echo {inputs.one}
    inputs: { one: { from: make.all, file: sub/b } }
    outputs: { copy: copy.txt }
  join:
    use: stages/join.ts
    inputs: { all: { from: make.all, file: sub/b, gather: [n] } }
    outputs: { joined: joined.txt }
`,
  'stages/join.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  inputs: { all: 'many' },
  outputs: ['joined'],
  run: async ({ inputs, outputs }) => {
    writeFileSync(outputs.joined, inputs.all.map(({ path, name, point }) => point.n + name + readFileSync(path)).join(''));
  },
});
`,
};

describe('one file of a directory that another stage makes', () => {
  test('is read by commands and modules as any other file', async () => {
    const project = newProject(files);
    expect((await project.pipe('run')).status).toBe(0);
    expect(project.read('artifacts/read/n=2/copy.txt')).toBe('1\n');
    expect((await project.pipe('log', '--task', 'read@n=2')).out).toBe('artifacts/make/n=2/all/sub/b\n');
    expect(project.read('artifacts/join/joined.txt')).toBe(
      '1artifacts/make/n=1/all/sub/b1\n2artifacts/make/n=2/all/sub/b1\n',
    );
    expect((await project.pipe('verify', '--rerun')).status).toBe(0);
    expect(await project.outcomes('run')).toEqual([]);
  });

  test('counts alone: when others in the directory change, nothing that reads it runs', async () => {
    const project = newProject(files);
    await project.pipe('run');
    expect(await project.outcomes('run', '--set', 'a=2')).toEqual(['make@n=1 ran', 'make@n=2 ran']);
    expect(await project.outcomes('run', '--set', 'a=2', '--set', 'b=2')).toEqual([
      'join ran',
      'make@n=1 ran',
      'make@n=2 ran',
      'read@n=1 ran',
      'read@n=2 ran',
    ]);
    expect((await project.pipe('why', 'read@n=1', '--set', 'a=2', '--set', 'b=2')).out).toContain(
      'artifacts/make/n=1/all/sub/b changed',
    );
  });

  test('that is not there fails the task that reads it, by its name', async () => {
    const project = newProject({
      ...files,
      'pipeline.yaml': files['pipeline.yaml'].replaceAll('file: sub/b', 'file: sub/c'),
    });
    const { out, status } = await project.pipe('run', '--keep-going');
    expect(status).toBe(1);
    expect(out).toContain('read@n=1: its input one does not exist: artifacts/make/n=1/all/sub/c');
    expect(out).toContain('join: its input all does not exist: artifacts/make/n=1/all/sub/c');
  });

  test('is found in artifacts where the store has lost the directory', async () => {
    const project = newProject(files);
    await project.pipe('run');
    project.remove('cache/store');
    expect(await project.outcomes('run')).toEqual([]);
    expect(await project.outcomes('run', 'read', '--force', '--only')).toEqual([
      'read@n=1 ran',
      'read@n=2 ran',
    ]);
    expect(await project.outcomes('run')).toEqual([]);
  });
});

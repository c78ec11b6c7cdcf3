import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';
import { TestProject } from '../run/project.ts';

const files = {
  'in.txt': 'in',
  'src/text.txt': 'a source',
  'sub/keep': '',
  'pipeline.yaml': `
version: 1
stages:
  it:
    cmd: cat {inputs.source} > {outputs.text}
    cwd: sub
    inputs: { source: ./in.txt }
    outputs: { text: text.txt }
`,
};

describe('a symbolic link', () => {
  const cases: [string, (project: TestProject) => void, object][] = [
    [
      'from an output’s directory to sources',
      (project) => {
        mkdirSync(project.path('artifacts'));
        symlinkSync('../src', project.path('artifacts/it'));
      },
      {
        path: ['outputs', 'text'],
        message: 'artifacts/it is a symbolic link, and outputs are not written through one; remove it',
      },
    ],
    [
      'from the directory of outputs to elsewhere',
      (project) => {
        symlinkSync(temporaryDirectory(), project.path('artifacts'));
      },
      {
        path: ['outputs', 'text'],
        message: 'artifacts is a symbolic link, and outputs are not written through one; remove it',
      },
    ],
    [
      'from the working directory to elsewhere',
      (project) => {
        rmSync(project.path('sub'), { recursive: true });
        symlinkSync(temporaryDirectory(), project.path('sub'));
      },
      { path: ['cwd'], message: 'sub leads out of the project through a symbolic link' },
    ],
  ];

  test.each(cases)('%s is refused before anything runs', async (_, prepare, issue) => {
    const project = new TestProject(files);
    prepare(project);
    const refusal = { type: 'refused', inputIssues: [], stageIssues: [{ stage: 'it', ...issue }] };
    expect(await project.ask()).toEqual(refusal);
    expect(project.read('src/text.txt')).toBe('a source');
  });

  test('from a stage’s module to elsewhere is refused', async () => {
    const elsewhere = new TestProject({ 'it.ts': 'export default {};' });
    const project = new TestProject({
      ...files,
      'pipeline.yaml': 'version: 1\nstages:\n  it: { use: stages/it.ts, outputs: { text: text.txt } }\n',
    });
    mkdirSync(project.path('stages'));
    symlinkSync(elsewhere.path('it.ts'), project.path('stages/it.ts'));
    const { stageIssues } = await project.inspect();
    expect(stageIssues).toContainEqual({
      stage: 'it',
      path: ['use'],
      message: 'stages/it.ts leads out of the project through a symbolic link',
    });
  });

  test('in the place of an output is replaced, and what it leads to is left alone', async () => {
    const project = new TestProject(files);
    mkdirSync(project.path('artifacts/it'), { recursive: true });
    symlinkSync('../../src/text.txt', project.path('artifacts/it/text.txt'));
    project.edit('pipeline.yaml', 'cat {inputs.source}', 'cat ../in.txt');
    expect(await project.run()).toEqual({ it: 'ran' });
    expect(project.read('artifacts/it/text.txt')).toBe('in');
    expect(project.read('src/text.txt')).toBe('a source');
  });

  test('that a task makes from one output to another is an output like the other', async () => {
    const project = new TestProject({
      'pipeline.yaml': `
version: 1
stages:
  it: { cmd: 'echo text > {outputs.text}; ln -s text {outputs.link}', outputs: { text: text, link: link } }
`,
    });
    expect(await project.run()).toEqual({ it: 'ran' });
    expect(lstatSync(project.path('artifacts/it/link')).isFile()).toBe(true);
    expect(project.read('artifacts/it/link')).toBe('text\n');
    expect(await project.run()).toEqual({});
  });

  test('from the cache to elsewhere is followed: it holds nothing but what can be made again', async () => {
    const project = new TestProject(files);
    symlinkSync(temporaryDirectory(), project.path('cache'));
    expect(await project.run()).toEqual({ it: 'ran' });
    expect(existsSync(project.path('cache/store'))).toBe(true);
    expect(await project.run()).toEqual({});
  });
});

describe('a symbolic link in a directory that is an input', () => {
  const reader = (command: string) => ({
    'src/v1/f': '1\n',
    'src/v2/f': '2\n',
    'pipeline.yaml': `version: 1\nstages:\n  s: { cmd: '${command} > {outputs.x}', inputs: { i: src/ }, outputs: { x: x } }\n`,
  });

  test('is followed to a directory, and noticed when it leads elsewhere', async () => {
    const project = new TestProject(reader('cat {inputs.i}/latest/f'));
    symlinkSync('v1', project.path('src/latest'));
    expect(await project.run()).toEqual({ s: 'ran' });
    expect(await project.run()).toEqual({});
    rmSync(project.path('src/latest'));
    symlinkSync('v2', project.path('src/latest'));
    expect(await project.run()).toEqual({ s: 'ran' });
    expect(project.read('artifacts/s/x')).toBe('2\n');
    project.write({ 'src/v2/g': '' });
    expect(await project.states()).toEqual({ s: 'stale' });
  });

  const mistakes: [string, (project: TestProject) => void, object][] = [
    [
      'to nowhere',
      (project) => {
        symlinkSync('nowhere', project.path('src/a'));
      },
      { reason: 'dangling' },
    ],
    [
      'to itself',
      (project) => {
        symlinkSync('a', project.path('src/a'));
      },
      { reason: 'dangling' },
    ],
    [
      'to the directory',
      (project) => {
        symlinkSync('.', project.path('src/a'));
      },
      { reason: 'endless' },
    ],
    [
      'to one above it',
      (project) => {
        symlinkSync('..', project.path('src/a'));
      },
      { reason: 'endless' },
    ],
    [
      'to a directory that leads back',
      (project) => {
        mkdirSync(project.path('other'));
        symlinkSync('../src', project.path('other/back'));
        symlinkSync('../other', project.path('src/a'));
      },
      { reason: 'endless', path: 'src/a/back' },
    ],
    [
      'out of the project',
      (project) => {
        const elsewhere = new TestProject({ f: '' });
        symlinkSync(elsewhere.directory, project.path('src/a'));
      },
      { reason: 'outside', path: 'src/a/f' },
    ],
  ];

  test.each(mistakes)('%s is refused in true words', async (_, prepare, issue) => {
    const project = new TestProject(reader('cat {inputs.i}/v1/f'));
    prepare(project);
    expect(await project.ask()).toMatchObject({
      type: 'refused',
      inputIssues: [{ path: 'src/a', ...issue }],
    });
  });
});

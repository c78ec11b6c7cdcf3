import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureText } from '../../../lib/pipe/report/outcome.ts';
import { decodeTree, encodeTree } from '../../../lib/pipe/store/tree.ts';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { TestProject } from './project.ts';

function pipeline(cmd: string, outputs: string, files: Readonly<Record<string, string>> = {}): TestProject {
  const text = `version: 1\nstages:\n  a:\n    cmd: |\n      ${cmd}\n    outputs: { ${outputs} }\n`;
  return new TestProject({ ...files, 'pipeline.yaml': text });
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function failure(project: TestProject): Promise<string> {
  await project.run();
  const [, outcome] = project.outcomes()[0]!;
  return outcome.type === 'failed' ? failureText(outcome) : outcome.type;
}

/** Takes all artifacts away and has them brought back from the store. */
async function restored(project: TestProject): Promise<void> {
  rmSync(project.path('artifacts'), { recursive: true });
  expect(Object.values(await project.run())).not.toContain('ran');
  expect(await project.states()).toEqual({});
}

describe('what is not the task’s own stays where and as it is', () => {
  test.each([
    ['an output directory that is a link', 'rmdir {outputs.d} && ln -s "$PWD/data" {outputs.d}'],
    ['a link to a directory in one', 'ln -s "$PWD/data" {outputs.d}/data'],
    ['a link to a file in one', 'ln -s "$PWD/data/a.txt" {outputs.d}/a.txt'],
    ['a file of one that has another name', 'ln data/a.txt {outputs.d}/a.txt'],
  ])('%s', async (_, command) => {
    const project = pipeline(command, 'd: d/', { 'data/a.txt': 'precious\n' });
    const before = statSync(project.path('data/a.txt'));
    expect(await project.run()).toEqual({ a: 'ran' });
    const after = statSync(project.path('data/a.txt'));
    expect([after.mode, after.mtimeMs, after.nlink]).toEqual([before.mode, before.mtimeMs, 1]);
    const [name] = readdirSync(project.path('artifacts/a/d'), {
      recursive: true,
      encoding: 'utf8',
    }).reverse();
    const place = project.path(join('artifacts/a/d', name!));
    expect([readFileSync(place, 'utf8'), lstatSync(place).isFile()]).toEqual(['precious\n', true]);
    writeFileSync(project.path('data/a.txt'), 'edited\n');
    await restored(project);
    expect(readFileSync(place, 'utf8')).toBe('precious\n');
  });
});

describe('an output directory', () => {
  test('keeps its empty directories, and what links to directories in it lead to', async () => {
    const command =
      'mkdir -p {outputs.d}/logs/today {outputs.d}/v1; echo 1 > {outputs.d}/v1/f; ln -s v1 {outputs.d}/latest';
    const project = pipeline(command, 'd: d/');
    expect(await project.run()).toEqual({ a: 'ran' });
    for (let time = 0; time < 2; time++) {
      expect(statSync(project.path('artifacts/a/d/logs/today')).isDirectory()).toBe(true);
      expect(project.read('artifacts/a/d/latest/f')).toBe('1\n');
      await restored(project);
    }
    rmSync(project.path('artifacts/a/d/logs/today'), { recursive: true });
    expect(await project.run()).toEqual({ a: 'restored' });
  });

  test.each([
    [
      'ln -s nowhere {outputs.d}/x',
      'its output d holds x, a link to nothing; remove it, or make what it leads to',
    ],
    ['ln -s . {outputs.d}/x', 'its output d holds x, a link to a directory that it lies in; remove it'],
    ['mkfifo {outputs.d}/x', 'its output d holds x, which is neither a file nor a directory; remove it'],
    [
      `touch {outputs.d}/$(printf 'x\\377')`,
      'its output d holds x\ufffd, a name that is not UTF-8; give it another',
    ],
  ])('that holds what cannot be kept is refused, and that is named: %s', async (command, text) => {
    expect(await failure(pipeline(command, 'd: d/'))).toBe(text);
  });

  test('may be read-only', async () => {
    const project = pipeline(
      'mkdir -p {outputs.d}/m; echo 1 > {outputs.d}/m/f; chmod -R a-w {outputs.d}',
      'd: d/',
    );
    expect(await project.run()).toEqual({ a: 'ran' });
    expect(project.read('artifacts/a/d/m/f')).toBe('1\n');
    expect(readdirSync(project.path('cache/work'))).toEqual([]);
  });
});

describe('who may do what with an output', () => {
  test('is kept: a program can be executed, a secret is its owner’s, in the store too', async () => {
    const command = `printf '#!/bin/sh\\necho hi\\n' > {outputs.x}; chmod 755 {outputs.x}; cp -p {outputs.x} {outputs.d}/t; (umask 077; echo key > {outputs.key})`;
    const project = pipeline(command, 'x: x.sh, d: d/, key: key');
    await project.run();
    for (let time = 0; time < 2; time++) {
      expect(mode(project.path('artifacts/a/x.sh'))).toBe('755');
      expect(mode(project.path('artifacts/a/d/t'))).toBe('755');
      expect(mode(project.path('artifacts/a/key'))).toBe('600');
      await restored(project);
    }
    const hex = digestOf('key\n').slice('sha256:'.length);
    expect(mode(project.path(`cache/store/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`))).toBe('400');
  });

  test('is given to an artifact that has its bytes already', async () => {
    const project = pipeline('echo true > {outputs.x}', 'x: x.sh');
    await project.run();
    project.edit(
      'pipeline.yaml',
      'echo true > {outputs.x}',
      'echo true > {outputs.x}; chmod 755 {outputs.x}',
    );
    await project.run();
    expect(mode(project.path('artifacts/a/x.sh'))).toBe('755');
  });
});

test('outputs of one name lie apart, whatever else is called', async () => {
  const outputs = 'a: p/x.d/f, b: q/f, c: q/x.d, d: r/1, e: s/1';
  const command =
    'for i in {outputs.a} {outputs.b} {outputs.c} {outputs.d} {outputs.e}; do echo $(basename $i) > $i; done';
  const project = pipeline(command, outputs);
  expect(await project.run()).toEqual({ a: 'ran' });
});

describe('what somebody put into a directory that a task made', () => {
  async function replaced(): Promise<TestProject> {
    const project = pipeline(
      'mkdir {outputs.d}/sub; echo 1 > {outputs.d}/a; echo 1 > {outputs.d}/sub/b',
      'd: d/',
    );
    await project.run();
    project.write({ 'artifacts/a/d/mine': 'mine\n', 'artifacts/a/d/sub/mine': 'mine, too\n' });
    symlinkSync('../../../pipeline.yaml', project.path('artifacts/a/d/link'));
    project.edit('pipeline.yaml', 'echo 1 > {outputs.d}/a', 'echo 2 > {outputs.d}/a2');
    return project;
  }
  const warnings = (project: TestProject) =>
    project.events.flatMap((event) => (event.type === 'task-warning' ? [event.message] : []));
  const below = (project: TestProject, name: string) =>
    (readdirSync(project.path(name), { recursive: true }) as string[]).sort();

  test('is moved aside when it is replaced, and that is said', async () => {
    const project = await replaced();
    expect(await project.run()).toEqual({ a: 'ran' });
    expect(below(project, 'artifacts/a/d')).toEqual(['a2', 'sub', 'sub/b']);
    expect(below(project, 'artifacts/.aside/a/d')).toEqual(['link', 'mine', 'sub', 'sub/mine']);
    expect(project.read('artifacts/.aside/a/d/sub/mine')).toBe('mine, too\n');
    expect(warnings(project)).toEqual([
      'artifacts/a/d/link and 2 more, which no task made, moved to artifacts/.aside/a/d: artifacts/a/d is replaced whole',
    ]);
    expect(await project.states()).toEqual({});
  });

  test('lies beside what was moved there before, unless it is the same', async () => {
    const project = await replaced();
    await project.run();
    project.write({ 'artifacts/a/d/mine': 'another\n', 'artifacts/a/d/sub/mine': 'mine, too\n' });
    expect(await project.run()).toEqual({ a: 'restored' });
    expect(below(project, 'artifacts/.aside/a/d')).toEqual(['link', 'mine', 'mine.1', 'sub', 'sub/mine']);
    expect(project.read('artifacts/.aside/a/d/mine.1')).toBe('another\n');
  });

  test('is nothing where the directory lies as it was put there, though the store has it no longer', async () => {
    const project = await replaced();
    await project.run();
    rmSync(project.path('artifacts/.aside'), { recursive: true });
    rmSync(project.path('cache/store'), { recursive: true });
    project.edit('pipeline.yaml', 'echo 2 > {outputs.d}/a2', 'echo 3 > {outputs.d}/a3');
    await project.run();
    expect(existsSync(project.path('artifacts/.aside'))).toBe(false);
    expect(below(project, 'artifacts/a/d')).toEqual(['a3', 'sub', 'sub/b']);
  });
});

describe('nothing is written through a link', () => {
  test.each(['artifacts', 'artifacts/a', 'artifacts/.incoming'])('%s', async (name) => {
    const project = pipeline('echo 1 > {outputs.d}/f; echo 2 > {outputs.x}', 'd: d/, x: x');
    await project.run();
    const outside = temporaryDirectory();
    rmSync(project.path('artifacts'), { recursive: true });
    mkdirSync(project.path(join(name, '..')), { recursive: true });
    symlinkSync(outside, project.path(name));
    await project.ask();
    expect(readdirSync(outside)).toEqual([]);
  });

  test('by a listing that somebody put into the store', () => {
    const digest = digestOf('');
    for (const path of ['../x', 'a/../../x', '/x', '', '.', 'a//b', 'a/./b', '..', 'a\0b', '../']) {
      expect([path, decodeTree(JSON.stringify([[path, digest]]))]).toEqual([path, null]);
    }
    expect(
      decodeTree(
        JSON.stringify([
          ['a', digest],
          ['a', digest],
        ]),
      ),
    ).toBeNull();
    const tree = ['..a', 'a/...', 'b/', 'c'].map((path) => ({ path, digest }));
    expect(decodeTree(encodeTree(tree))).toEqual(tree);
  });
});

test('a blob that somebody else may not read counts as missing', async (context) => {
  const project = pipeline('echo 1 > {outputs.x}', 'x: x');
  await project.run();
  if (process.getuid?.() === 0) context.skip();
  const hex = digestOf('1\n').slice('sha256:'.length);
  chmodSync(project.path(`cache/store/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`), 0);
  rmSync(project.path('artifacts'), { recursive: true });
  expect(await project.run()).toEqual({ a: 'ran' });
  expect(existsSync(project.path('artifacts/a/x'))).toBe(true);
});

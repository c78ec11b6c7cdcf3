import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const templates = ['commands', 'typescript', 'python'] as const;
const python = spawnSync('python3', ['--version']).status === 0;

/** An empty folder, in which nothing is installed. */
function empty(): Project {
  const made = newProject({});
  rmSync(join(made.directory, 'node_modules'));
  return made;
}

describe.each(templates)('the template %s', (template) => {
  test.skipIf(template === 'python' && !python)('runs at once where nothing is installed', async () => {
    const made = empty();
    expect((await made.pipe('init', '--template', template)).out).toContain('\nnext: pipe run\n');
    const { status, err } = await made.pipe('run');
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(made.read('artifacts/report/report.md')).toMatch(/^# Frequent words\n\n[^]*- 3 \w+\n/);
    expect((await made.pipe('run')).out).toContain('nothing to do');
  });

  test('has a page, what editors complete with, and a list of what is made', async () => {
    const made = empty();
    await made.pipe('init', '--template', template);
    expect(made.read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(12);
    expect(made.read('pipeline.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\/pipeline\.schema\.json\n/,
    );
    expect(made.read('pipeline.schema.json')).toBe((await made.pipe('schema')).out);
    expect(made.read('.gitignore')).toContain('/artifacts/\n/cache/\n');
  });
});

test('init says what it made, and what to do next', async () => {
  const made = newProject({ '.gitignore': 'cache' });
  const { out } = await made.pipe('init', 'deep/words');
  expect(out).toBe(`\
made deep/words/README.md, deep/words/pipeline.yaml, deep/words/text.txt, deep/words/pipeline.schema.json, deep/words/.gitignore
next: cd deep/words && pipe run
`);
  await made.pipe('init');
  expect(made.read('.gitignore')).toBe('cache\n/artifacts/\n');
});

test('init in a package keeps what is installed out of version control', async () => {
  const made = newProject({ 'package.json': '{}' });
  await made.pipe('init');
  expect(made.read('.gitignore')).toBe('/artifacts/\n/cache/\nnode_modules/\n');
});

test('init leaves a page alone that is there, and adds to package.json what it lacks', async () => {
  const made = newProject({
    'README.md': 'mine\n',
    'package.json': '{ "name": "mine", "dependencies": { "pipewright": "file:../pipewright.tgz" } }',
  });
  const { out } = await made.pipe('init', '--template', 'typescript');
  expect(out).not.toContain('README.md');
  expect(made.read('README.md')).toBe('mine\n');
  const { version } = JSON.parse(readFileSync('node_modules/typescript/package.json', 'utf8')) as {
    version: string;
  };
  expect(JSON.parse(made.read('package.json'))).toEqual({
    name: 'mine',
    private: true,
    type: 'module',
    scripts: { types: 'tsc' },
    dependencies: { pipewright: 'file:../pipewright.tgz' },
    devDependencies: {
      '@types/node': expect.any(String) as string,
      typescript: `^${version.split('.').slice(0, 2).join('.')}.0`,
    },
  });
});

test('init in a directory of a project that has the program from a tarball takes it from there', async () => {
  const made = newProject({
    'package.json': '{ "dependencies": { "pipewright": "file:../packed/pipewright.tgz" } }',
  });
  await made.pipe('init', 'deep/words', '--template', 'typescript');
  const { devDependencies } = JSON.parse(made.read('deep/words/package.json')) as { devDependencies: object };
  expect(devDependencies).toMatchObject({ pipewright: 'file:../../../packed/pipewright.tgz' });
});

test('init does not write beside a package.json that is none', async () => {
  const made = newProject({ 'package.json': '{' });
  const before = made.files();
  const { status, err } = await made.pipe('init', '--template', 'typescript');
  expect(err).toContain('package.json is not the JSON of a package');
  expect(status).toBe(2);
  expect(made.files()).toEqual(before);
});

test('the template study is the study, complete, where its packages are installed', async () => {
  const made = newProject({});
  const { out } = await made.pipe('init', '--template', 'study');
  expect(out).toContain('next: npm install && pipe run\n');
  const { status, err } = await made.pipe(
    'run',
    'data',
    '--set',
    'params.dataset.shapes.train=20',
    '--set',
    'params.dataset.shapes.test=20',
  );
  expect(err).not.toContain('error');
  expect(status).toBe(0);
});

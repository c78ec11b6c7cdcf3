import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';

const files = {
  'pipeline.yaml': 'version: 1\nstages:\n  a: { use: stages/a.ts, outputs: { x: x } }\n',
  'package.json': '{ "type": "module", "imports": { "#i": "./lib/i/i.ts" } }',
  'tsconfig.json':
    '{ "extends": "./base.json", "compilerOptions": { "paths": { "@p": ["./paths/p/p.ts"] } } }',
  'base.json': '{}',
  'stages/a.ts': [
    "import { writeFileSync } from 'node:fs';",
    "import { defineStage } from 'pipewright/stage';",
    "import dep from 'dep';",
    "import linked from 'linked';",
    "import { i } from '#i';",
    "import { p } from '@p';",
    "import { b } from '../beside/b.ts';",
    "export default defineStage({ outputs: ['x'], run: ({ outputs }) => { writeFileSync(outputs.x, dep + linked + i + p + b); } });",
  ].join('\n'),
  'lib/i/i.ts': "export const i = 'i';",
  'paths/p/p.ts': "export const p = 'p';",
  'beside/b.ts': "export const b = 'b';",
  'linked/package.json': '{ "name": "linked", "main": "./src/main.js" }',
  'linked/src/main.js': "export default 'linked';",
  'node_modules/dep/package.json':
    '{ "name": "dep", "type": "module", "main": "main.js", "dependencies": { "inner": "1" } }',
  'node_modules/dep/main.js': "import './lib/deep.cjs'; export { default } from 'inner';",
  'node_modules/dep/lib/deep.cjs': "require('./deeper'); require('./some.json');",
  'node_modules/dep/lib/deeper/index.js': '',
  'node_modules/dep/lib/some.json': '{}',
  'node_modules/inner/package.json': '{ "name": "inner", "type": "module", "main": "main.js" }',
  'node_modules/inner/main.js': "export default 'inner';",
};

function projectWithPackages(): TestProject {
  const project = new TestProject({});
  rmSync(project.path('node_modules'));
  project.write(files);
  symlinkSync('../linked', project.path('node_modules/linked'));
  return project;
}

test('a module is loaded with all these settings', async () => {
  const project = projectWithPackages();
  expect(await project.run()).toEqual({ a: 'ran' });
  expect(project.read('artifacts/a/x')).toBe('innerlinkedipb');
});

test.each([
  'tsconfig.json',
  'jsconfig.json',
  'base.json',
  'package.json',
  'stages/tsconfig.json',
  'stages/package.json',
  'lib/i/package.json',
  'paths/p/tsconfig.json',
  'beside/package.json',
  'linked/package.json',
  'linked/src/tsconfig.json',
  'linked/src/main.js',
  'node_modules/dep/package.json',
  'node_modules/dep/main.js',
  'node_modules/dep/lib/deep.cjs',
  'node_modules/dep/lib/deeper/index.js',
  'node_modules/dep/lib/some.json',
  'node_modules/dep/lib/package.json',
  'node_modules/inner/main.js',
  'node_modules/inner/package.json',
])('settings that are a pipe are named, and not waited for: %s', async (name) => {
  const project = projectWithPackages();
  rmSync(project.path(name), { force: true });
  mkdirSync(dirname(project.path(name)), { recursive: true });
  execFileSync('mkfifo', [project.path(name)]);
  expect(await project.ask()).toMatchObject({
    type: 'refused',
    stageIssues: [{ path: ['use'], message: expect.stringContaining(`${name} is no file`) as string }],
  });
});

test('so are those that are a device without an end', async () => {
  const project = projectWithPackages();
  rmSync(project.path('tsconfig.json'));
  symlinkSync('/dev/zero', project.path('tsconfig.json'));
  expect(await project.ask()).toMatchObject({
    stageIssues: [{ message: expect.stringContaining('tsconfig.json is no file') as string }],
  });
});

test('a socket that a program left in a package under another name is no matter', async () => {
  const project = projectWithPackages();
  execFileSync('mkfifo', [project.path('node_modules/dep/daemon.sock')]);
  expect(await project.run()).toEqual({ a: 'ran' });
});

test.each(['node_modules/dep/main.js', 'node_modules/dep/lib/deep.cjs', 'node_modules/inner/main.js'])(
  'a file of a package that became a pipe after the module was bundled is named, and not waited for: %s',
  async (name) => {
    const project = projectWithPackages();
    expect(await project.run()).toEqual({ a: 'ran' });
    rmSync(project.path(name));
    execFileSync('mkfifo', [project.path(name)]);
    // What is up to date loads nothing.
    expect(await project.run()).toEqual({});
    const message = expect.stringMatching(new RegExp(`/${name} is no file$`)) as string;
    expect(await project.run({ force: new Set([0]) })).toEqual({ a: 'failed' });
    expect(project.outcomes()).toMatchObject([['a', { type: 'failed', reason: 'bad-input', message }]]);
    // Another declaration asks the module anew.
    project.edit('pipeline.yaml', 'outputs: { x: x }', 'outputs: { x: x, y: y }');
    expect(await project.ask()).toMatchObject({ type: 'refused', stageIssues: [{ path: ['use'], message }] });
  },
);

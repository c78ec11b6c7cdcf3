import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CodeCache, type StageCode } from '../../../lib/pipe/code/code-cache.ts';
import { FileDigests } from '../../../lib/pipe/files/file-digests.ts';
import { codePath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { StatCache } from '../../../lib/pipe/store/stat-cache.ts';

/** Path → text; `-> path` is a link to it. */
type Files = Readonly<Record<string, string>>;

class Project {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-code-')));
  readonly layout = layoutOf(join(this.directory, 'project'));

  constructor(files: Files) {
    onTestFinished(() => {
      rmSync(this.directory, { recursive: true });
    });
    mkdirSync(this.layout.project);
    this.write(files);
  }

  path(name: string): string {
    return join(this.layout.project, name);
  }

  write(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      const path = this.path(name);
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true, recursive: true });
      const [, target] = /^-> (.*)$/.exec(text) ?? [];
      if (target === undefined) writeFileSync(path, text);
      else symlinkSync(target, path);
    }
  }

  /** As a new run would find it. */
  async code(module = 'stage.ts'): Promise<StageCode> {
    const cache = new CodeCache(this.layout);
    const stats = new StatCache(join(this.layout.local, 'files.stat'), 'boot');
    const code = await cache.of(module, new FileDigests(this.layout.project, stats));
    cache.save();
    if (typeof code === 'string') throw new Error(code);
    return code;
  }

  forget(): void {
    rmSync(this.layout.local, { recursive: true });
  }
}

/** What the module's default export is when Node loads the bundle. */
function valueOf({ bundle }: StageCode): string {
  const script = `import(${JSON.stringify(bundle)}).then((module) => console.log(String(module.default)))`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}

const value = (text: string) => `export const value = '${text}';\n`;
const stage = (from: string) => `import { value } from '${from}';\nexport default value;\n`;
const manifest = (name: string, more: object = {}, version = '1.0.0') =>
  JSON.stringify({ name, version, type: 'module', main: './index.js', ...more });
const installed = (name: string, text: string, more: object = {}, version = '1.0.0'): Files => ({
  [`node_modules/${name}/package.json`]: manifest(name, more, version),
  [`node_modules/${name}/index.js`]: value(text),
});
const paths = (...targets: readonly string[]) =>
  JSON.stringify({ compilerOptions: { paths: { alias: targets } } });
const conditions = (...names: readonly string[]) =>
  JSON.stringify({ compilerOptions: { customConditions: names } });

/** Each: a project whose stage is `one`, and what makes it `two`. */
const cases: Readonly<Record<string, readonly [before: Files, edit: Files]>> = {
  'a source': [{ 'stage.ts': stage('./x.ts'), 'x.ts': value('one') }, { 'x.ts': value('two') }],
  'JSON that it imports': [
    { 'stage.ts': "import x from './x.json';\nexport default x.value;\n", 'x.json': '{"value":"one"}' },
    { 'x.json': '{"value":"two"}' },
  ],
  'a `.ts` that comes beside the `.js`': [
    { 'stage.ts': stage('./x'), 'x.js': value('one') },
    { 'x.ts': value('two') },
  ],
  'a file that comes beside the directory of its name': [
    { 'stage.ts': stage('./x'), 'x/index.js': value('one') },
    { 'x.ts': value('two') },
  ],
  'an index in TypeScript that comes beside the other': [
    { 'stage.ts': stage('./x'), 'x/index.js': value('one') },
    { 'x/index.ts': value('two') },
  ],
  'a `package.json` that comes into the directory it imports': [
    { 'stage.ts': stage('./x'), 'x/index.js': value('one'), 'x/other.js': value('two') },
    { 'x/package.json': '{"main":"./other.js"}' },
  ],
  'a link that leads elsewhere': [
    { 'stage.ts': stage('./x.ts'), 'a.ts': value('one'), 'b.ts': value('two'), 'x.ts': '-> a.ts' },
    { 'x.ts': '-> b.ts' },
  ],
  'a link whose link leads elsewhere': [
    {
      'stage.ts': stage('./x.ts'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'x.ts': '-> deep/y.ts',
      'deep/y.ts': '-> ../a.ts',
    },
    { 'deep/y.ts': '-> ../b.ts' },
  ],
  'a linked directory that leads elsewhere': [
    { 'stage.ts': stage('./x/y.ts'), 'a/y.ts': value('one'), 'b/y.ts': value('two'), x: '-> a' },
    { x: '-> b' },
  ],
  'the module itself being a link': [
    { 'a.ts': 'export default "one"', 'b.ts': 'export default "two"', 'stage.ts': '-> a.ts' },
    { 'stage.ts': '-> b.ts' },
  ],
  'paths in tsconfig': [
    {
      'stage.ts': stage('alias'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'tsconfig.json': paths('./a.ts'),
    },
    { 'tsconfig.json': paths('./b.ts') },
  ],
  'the first of several paths that comes to be': [
    { 'stage.ts': stage('alias'), 'old/x.ts': value('one'), 'tsconfig.json': paths('./new/x', './old/x') },
    { 'new/x.ts': value('two') },
  ],
  'a tsconfig that is extended, with comments and commas': [
    {
      'stage.ts': stage('alias'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'tsconfig.json': '// the base has it\n{ "extends": "./base", /* "extends": "none", */ }',
      'base.json': paths('./a.ts'),
    },
    { 'base.json': paths('./b.ts') },
  ],
  'a tsconfig of a package': [
    {
      'stage.ts': stage('alias'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'tsconfig.json': '{ "extends": ["shared/base.json"] }',
      'node_modules/shared/base.json': paths('../../a.ts'),
    },
    { 'node_modules/shared/base.json': paths('../../b.ts') },
  ],
  'a tsconfig that comes nearer': [
    {
      'stage.ts': stage('./lib/x.ts'),
      'lib/x.ts': "export { value } from 'alias';",
      'a.ts': value('one'),
      'b.ts': value('two'),
      'tsconfig.json': paths('./a.ts'),
    },
    { 'lib/tsconfig.json': paths('../b.ts') },
  ],
  'a file below baseUrl in the place of a package': [
    {
      'stage.ts': stage('dep'),
      'tsconfig.json': '{"compilerOptions":{"baseUrl":"lib"}}',
      ...installed('dep', 'one'),
    },
    { 'lib/dep.ts': value('two') },
  ],
  'imports in package.json': [
    {
      'stage.ts': stage('#x'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'package.json': '{"imports":{"#x":"./a.ts"}}',
    },
    { 'package.json': '{"imports":{"#x":"./b.ts"}}' },
  ],
  'a package.json that comes nearer': [
    {
      'stage.ts': stage('./lib/x.ts'),
      'lib/x.ts': "export { value } from '#x';",
      'a.ts': value('one'),
      'lib/b.ts': value('two'),
      'package.json': '{"imports":{"#x":"./a.ts"}}',
    },
    { 'lib/package.json': '{"imports":{"#x":"./b.ts"}}' },
  ],
  'an import by its own name': [
    {
      'stage.ts': stage('own/x'),
      'a.ts': value('one'),
      'b.ts': value('two'),
      'package.json': '{"name":"own","exports":{"./x":"./a.ts"}}',
    },
    { 'package.json': '{"name":"own","exports":{"./x":"./b.ts"}}' },
  ],
  'a file that an import with a pattern finds': [
    {
      'stage.ts':
        'const all = async (name) => (await import(`./many/${name}.ts`)).value;\n' +
        "export default await all('x').catch(() => 'one');",
      'many/y.ts': value('other'),
    },
    { 'many/x.ts': value('two') },
  ],
  'the source of a linked package': [
    {
      'stage.ts': stage('mylib'),
      'packages/mylib/package.json': manifest('mylib'),
      'packages/mylib/index.js': value('one'),
      'node_modules/mylib': '-> ../packages/mylib',
    },
    { 'packages/mylib/index.js': value('two') },
  ],
  'the source of a linked package outside the project': [
    {
      'stage.ts': stage('mylib'),
      '../mylib/package.json': manifest('mylib', { main: './index.ts' }),
      '../mylib/index.ts': value('one'),
      'node_modules/mylib': '-> ../../mylib',
    },
    { '../mylib/index.ts': value('two') },
  ],
  'the exports of a linked package': [
    {
      'stage.ts': stage('@me/lib/x'),
      'lib/package.json': manifest('@me/lib', { exports: { './x': './a.ts' } }),
      'lib/a.ts': value('one'),
      'lib/b.ts': value('two'),
      'node_modules/@me/lib': '-> ../../lib',
    },
    { 'lib/package.json': manifest('@me/lib', { exports: { './x': './b.ts' } }) },
  ],
  'a package that is linked elsewhere': [
    {
      'stage.ts': stage('mylib'),
      'a/package.json': manifest('mylib'),
      'a/index.js': value('one'),
      'b/package.json': manifest('mylib'),
      'b/index.js': value('two'),
      'node_modules/mylib': '-> ../a',
    },
    { 'node_modules/mylib': '-> ../b' },
  ],
  'a linked package that calls require': [
    {
      'stage.ts': "import lib from 'mylib';\nexport default lib.value;\n",
      'mylib/package.json': '{"name":"mylib","version":"1.0.0"}',
      'mylib/index.js': "require('node:fs'); exports.value = require('dep').value + require('./x.js');",
      'mylib/x.js': "module.exports = 'ne';",
      'node_modules/mylib': '-> ../mylib',
      'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0"}',
      'node_modules/dep/index.js': "exports.value = 'o';",
    },
    { 'mylib/index.js': "exports.value = 'two' + require('dep').value.slice(1);" },
  ],
  'an installed package whose entry is TypeScript': [
    {
      'stage.ts': stage('typed'),
      'node_modules/typed/package.json': manifest('typed', { main: './index.ts' }),
      'node_modules/typed/index.ts': value('one'),
    },
    { 'node_modules/typed/index.ts': value('two') },
  ],
  'a linked package that an installed one needs': [
    {
      'stage.ts': stage('dep'),
      ...installed('dep', 'one', { dependencies: { mylib: '*' } }),
      'node_modules/dep/index.js': "export { value } from 'mylib';",
      'mylib/package.json': manifest('mylib'),
      'mylib/index.js': value('one'),
      'node_modules/mylib': '-> ../mylib',
    },
    { 'mylib/index.js': value('two') },
  ],
  'conditions in tsconfig': [
    {
      'stage.ts': stage('mylib'),
      'tsconfig.json': conditions('first'),
      'mylib/package.json': manifest('mylib', { exports: { '.': { first: './a.ts', default: './b.ts' } } }),
      'mylib/a.ts': value('one'),
      'mylib/b.ts': value('two'),
      'node_modules/mylib': '-> ../mylib',
    },
    { 'tsconfig.json': conditions() },
  ],
  'the version of a package': [
    { 'stage.ts': stage('dep'), ...installed('dep', 'one') },
    installed('dep', 'two', {}, '2.0.0'),
  ],
  'the version of a package that a package needs': [
    {
      'stage.ts': stage('dep'),
      ...installed('dep', 'one', { dependencies: { deeper: '*' } }),
      'node_modules/dep/index.js': "export { value } from 'deeper';",
      ...installed('deeper', 'one'),
    },
    installed('deeper', 'two', {}, '1.0.1'),
  ],
  'a package that is installed nearer to the package that needs it': [
    {
      'stage.ts': stage('dep'),
      ...installed('dep', 'one', { dependencies: { deeper: '*' } }),
      'node_modules/dep/index.js': "export { value } from 'deeper';",
      ...installed('deeper', 'one'),
    },
    {
      'node_modules/dep/node_modules/deeper/package.json': manifest('deeper', {}, '2.0.0'),
      'node_modules/dep/node_modules/deeper/index.js': value('two'),
    },
  ],
  'a package that is installed nearer to the source': [
    {
      'stage.ts': stage('./lib/x.ts'),
      'lib/x.ts': "export { value } from 'dep';",
      ...installed('dep', 'one'),
    },
    {
      'lib/node_modules/dep/package.json': manifest('dep', {}, '2.0.0'),
      'lib/node_modules/dep/index.js': value('two'),
    },
  ],
};

describe('what a stage module means changes with', () => {
  test.each(Object.entries(cases))('%s', async (_title, [before, edit]) => {
    const project = new Project(before);
    const one = await project.code();
    expect(valueOf(one)).toBe('one');
    expect(await project.code()).toEqual(one);
    project.write(edit);
    const two = await project.code();
    expect(valueOf(two)).toBe('two');
    const said = ({ digest, packages }: StageCode) => ({ digest, packages });
    expect(said(two)).not.toEqual(said(one));
    project.forget();
    expect(said(await project.code())).toEqual(said(two));
  });
});

describe('the version in the fingerprint is that of the code that runs', () => {
  const both = {
    ...installed('dep', '1.0.0'),
    'lib/node_modules/dep/package.json': manifest('dep', {}, '3.0.0'),
    'lib/node_modules/dep/index.js': value('3.0.0'),
  };

  test('where a package lies nearer to the source than to the root', async () => {
    const code = await new Project({
      ...both,
      'stage.ts': stage('./lib/x.ts'),
      'lib/x.ts': "export { value } from 'dep';",
    }).code();
    expect([valueOf(code), code.packages]).toEqual(['3.0.0', { dep: '3.0.0' }]);
  });

  test('where two sources load two versions', async () => {
    const text =
      "import { value } from 'dep';\nimport { value as near } from './lib/x.ts';\nexport default [value, near];\n";
    const code = await new Project({
      ...both,
      'stage.ts': text,
      'lib/x.ts': "export { value } from 'dep';",
    }).code();
    expect([valueOf(code), code.packages]).toEqual(['1.0.0,3.0.0', { dep: '1.0.0, 3.0.0' }]);
  });

  test('where `imports` of package.json lead to a package', async () => {
    const code = await new Project({
      ...both,
      'stage.ts': stage('#dep'),
      'package.json': '{"imports":{"#dep":"dep"}}',
    }).code();
    expect([valueOf(code), code.packages]).toEqual(['1.0.0', { dep: '1.0.0' }]);
  });

  test('where tsconfig sends a name into another package', async () => {
    const code = await new Project({
      ...both,
      'stage.ts': stage('alias'),
      'tsconfig.json': paths('./node_modules/dep/index.js'),
    }).code();
    expect([valueOf(code), code.packages]).toEqual(['1.0.0', { dep: '1.0.0' }]);
  });
});

test('a package that is not installed is said to be so, until it is', async () => {
  const project = new Project({
    'stage.ts': "export default await import('dep').then(({ value }) => value, () => 'none');",
  });
  const without = await project.code();
  expect([valueOf(without), without.packages]).toEqual(['none', { dep: 'not installed' }]);
  project.write(installed('dep', 'here'));
  const installedNow = await project.code();
  expect([valueOf(installedNow), installedNow.packages]).toEqual(['here', { dep: '1.0.0' }]);
});

test('what a stage is declared with has no say, and needs no package', async () => {
  const declared = "import { defineStage } from 'pipewright/stage';\nexport default defineStage;\n";
  const without = await new Project({ 'stage.ts': declared }).code();
  expect(without.packages).toEqual({});
  const beside = await new Project({
    'stage.ts': declared,
    'node_modules/pipewright/package.json': manifest(
      'pipewright',
      { exports: { './stage': './index.js' } },
      '9.0.0',
    ),
    'node_modules/pipewright/index.js': 'export const defineStage = 9;',
  }).code();
  expect([beside.digest, beside.packages]).toEqual([without.digest, {}]);
});

test('a source saved in the future is bundled like any other', async () => {
  const project = new Project({ 'stage.ts': stage('./x.ts'), 'x.ts': value('one') });
  const later = Date.now() / 1000 + 1e8;
  for (const name of ['stage.ts', 'x.ts']) utimesSync(project.path(name), later, later);
  expect(valueOf(await project.code())).toBe('one');
});

test.each(['index.json', '.json', '.mjs'])(
  'a bit that turns in the kept %s costs time, and no result',
  async (suffix) => {
    const project = new Project({ 'stage.ts': stage('./x.ts'), 'x.ts': value('one') });
    const code = await project.code();
    const file =
      suffix === 'index.json'
        ? join(codePath(project.layout), suffix)
        : code.bundle.replace(/\.mjs$/, suffix);
    const bytes = readFileSync(file);
    for (const at of [90, bytes.length >> 1, bytes.length - 2]) {
      if (at >= bytes.length) continue;
      const turned = Buffer.from(bytes);
      turned[at]! ^= 1;
      writeFileSync(file, turned);
      const again = await project.code();
      expect([again.digest, valueOf(again)]).toEqual([code.digest, 'one']);
    }
  },
);

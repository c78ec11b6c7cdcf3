import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';

/** A pipeline whose module `it` does this, at its top and when it runs. */
function reading(body: string, top = ''): TestProject {
  return new TestProject({
    'in.txt': 'in',
    'other.txt': 'other',
    'notes/a': 'a',
    'notes/b': 'b',
    'stages/it.ts': `
      import fs, { createReadStream, copyFileSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
      import { cp, open, readFile, readdir, writeFile } from 'node:fs/promises';
      import { createRequire } from 'node:module';
      import { tmpdir } from 'node:os';
      import { dirname, join } from 'node:path';
      import { promisify } from 'node:util';
      import { pathToFileURL } from 'node:url';
      import { z } from 'zod';
      import { defineStage } from 'pipewright/stage';
      ${top}
      export default defineStage({
        params: z.object({}),
        axes: z.object({ side: z.string() }),
        inputs: { source: 'one', notes: 'many' },
        outputs: ['text', 'more'],
        async run({ axes, inputs, outputs }) {
          await writeFile(outputs.text, await readFile(inputs.source.path));
          await writeFile(join(outputs.more, axes.side), '');
          ${body}
        },
      });`,
    'pipeline.yaml': `
version: 1
stages:
  it:
    use: stages/it.ts
    matrix: { side: [left, right] }
    inputs: { source: ./in.txt, notes: ./notes }
    outputs: { text: text, more: more/ }
`,
  });
}

const warnings = (project: TestProject): string[] =>
  project.events.flatMap((event) => (event.type === 'task-warning' ? [event.message] : []));

const warning = (path: string): string =>
  `stage it read ${path}, which is none of its inputs: a change there reruns nothing`;

describe('a module that reads a file it does not declare', () => {
  const ways: [string, string, string][] = [
    ['readFile', "await readFile('other.txt')", 'other.txt'],
    ['readFileSync', "readFileSync('./notes/../other.txt', 'utf8')", 'other.txt'],
    ['readFile with a callback', "await promisify(fs.readFile)('other.txt')", 'other.txt'],
    ['open', "const file = await open('other.txt'); await file.close()", 'other.txt'],
    ['openSync', "openSync('other.txt', fs.constants.O_RDONLY)", 'other.txt'],
    ['a stream', "for await (const _ of createReadStream('other.txt'));", 'other.txt'],
    ['a URL', "await readFile(pathToFileURL('other.txt'))", 'other.txt'],
    ['copying', "copyFileSync('other.txt', join(outputs.more, 'x'))", 'other.txt'],
    ['cp', "await cp('other.txt', join(outputs.more, 'x'))", 'other.txt'],
    ['require', "createRequire(import.meta.url)(process.cwd() + '/other.json')", 'other.json'],
    ['import', "await import(pathToFileURL('other.mjs').href)", 'other.mjs'],
    ['a listing', "readdirSync('stages')", 'stages/'],
    ['the listing of the project', "await readdir('.')", './'],
  ];

  test.each(ways)('by %s is warned of, once for all its tasks', async (_, body, path) => {
    const project = reading(body);
    project.write({ 'other.json': '{}', 'other.mjs': '' });
    expect(await project.run()).toEqual({ 'it@side=left': 'ran', 'it@side=right': 'ran' });
    expect(warnings(project)).toEqual([warning(path)]);
  });

  test('when it is loaded is warned of, though only one task loads it', async () => {
    const project = reading('', "const other = readFileSync('other.txt', 'utf8'); globalThis.other = other;");
    await project.run({ jobs: 1 }, (id) => id.endsWith('left'));
    expect(warnings(project)).toEqual([warning('other.txt')]);
    expect(await project.run({ strict: true, jobs: 1, keepGoing: true, force: new Set([0, 1]) })).toEqual({
      'it@side=left': 'failed',
      'it@side=right': 'failed',
    });
  });

  test('outside the project is warned of, unless the place is the machine’s own', async () => {
    const project = reading(`
      for (const path of ['/etc/hostname', '/proc/self/stat', process.execPath]) openSync(path);
      readFileSync(createRequire(import.meta.url).resolve('zod/package.json'));
      const scratch = join(tmpdir(), 'scratch-' + process.pid);
      writeFileSync(scratch, ''); readFileSync(scratch); fs.rmSync(scratch);
      await readdir('/');
    `);
    await project.run();
    expect(warnings(project)).toEqual([warning('/')]);
  });

  test('has failed under strict, and nothing of it is recorded', async () => {
    const project = reading("readFileSync('other.txt'); readdirSync('stages')");
    const summary = project.finished(await project.ask({ strict: true }, (id) => id.endsWith('left')));
    expect(summary.failures).toMatchObject([
      { task: 'it@side=left', failure: { reason: 'input-undeclared', paths: ['other.txt', 'stages/'] } },
    ]);
    expect(existsSync(project.path('pipe.lock'))).toBe(false);
    expect(existsSync(project.path('artifacts/it'))).toBe(false);
    expect(await project.states()).toEqual({ 'it@side=left': 'stale', 'it@side=right': 'stale' });
  });
});

test('a module may read its inputs by any name, its outputs, and what it wrote itself', async () => {
  const project = reading(`
    for (const { path } of inputs.notes) readFileSync(path);
    readdirSync(dirname(inputs.notes[0].path));
    readFileSync('link.txt');
    readFileSync(outputs.text);
    readdirSync(outputs.more);
    await writeFile('scratch', ''); await readFile('scratch');
    fs.renameSync('scratch', 'scratch2'); readFileSync('scratch2');
    const file = await open('scratch3', 'w+'); await file.close(); readFileSync('scratch3');
    try { readFileSync('missing.txt'); } catch {}
    throw0();
    function throw0() { try { throw new Error('mapped'); } catch (error) { void error.stack; } }
  `);
  symlinkSync(join(project.directory, 'in.txt'), project.path('link.txt'));
  expect(await project.run({ strict: true })).toEqual({ 'it@side=left': 'ran', 'it@side=right': 'ran' });
  expect(warnings(project)).toEqual([]);
});

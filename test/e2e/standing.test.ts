import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../lib/pipe/digest.ts';
import { thisProcess } from '../../lib/pipe/store/process-identity.ts';
import { readSealed, writeSealed } from '../../lib/pipe/store/sealed.ts';
import { newProject, type Project } from './project.ts';

const file = 'cache/local/standing';

/** A project that has been built and found up to date: a module with an import, a directory, a link, a variable. */
async function still(): Promise<Project> {
  const project = newProject({
    'pipeline.yaml': `version: 1
params: { word: one }
profiles: { other: { params: { word: two } } }
stages:
  make: { use: stages/make.ts, params: [word], inputs: { notes: ./notes, link: ./link }, outputs: { text: text.txt } }
  copy: { cmd: 'mkdir {outputs.all}/d; cp {inputs.text} {outputs.all}/d/x', env: [HOME], inputs: { text: make.text }, outputs: { all: all/ } }
`,
    'notes/a': 'aaaa',
    'target-1': '1',
    'target-2': '1',
    'lib/word.ts': "export const word = 'word';\n",
  });
  symlinkSync('target-1', join(project.directory, 'link'));
  project.write(
    'stages/make.ts',
    `import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { word } from '../lib/word.ts';
export default defineStage({
  params: z.object({ word: z.string() }), axes: z.object({}),
  inputs: { notes: 'many', link: 'one' }, outputs: ['text'],
  run: async ({ outputs, params }) => { writeFileSync(outputs.text, word + params.word); },
});
`,
  );
  for (const name of ['notes/a', 'target-1', 'target-2']) age(project, name);
  expect((await project.pipe('run')).status).toBe(0);
  // The second run looks at everything and finds nothing to do; from then on that is known.
  for (let run = 0; run < 2; run += 1) expect((await project.pipe('run')).out).toContain('all 2 tasks');
  return project;
}

/** Long enough ago for its stats to be trusted. */
function age(project: Project, name: string): void {
  utimesSync(join(project.directory, name), 1_700_000_000, 1_700_000_000);
}

/** Makes the remembered answer one that can be told from a real look. */
function mark(project: Project): void {
  const path = join(project.directory, file);
  const note = readSealed(path) as { readonly kept: { readonly tasks: number } };
  expect(note.kept.tasks).toBe(2);
  writeSealed(path, { ...note, kept: { ...note.kept, tasks: 99 } });
}

/** Of a work directory: a process with this one's number that began at another time is no more. */
function nameOfDead(): string {
  const { host, pid, started } = thisProcess();
  return `${digestOf(host).slice(-12)}.${pid}.${started.replaceAll('/', '+')}0`;
}

const remembered = 'all 99 tasks are up to date';

test('a question that found nothing to do is answered from memory while nothing changes', async () => {
  const project = await still();
  mark(project);
  const { out, status } = await project.pipe('run');
  expect(out).toContain(remembered);
  expect(status).toBe(0);
  const events = (await project.pipe('run', '--json')).out.trim().split('\n');
  expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'run-started',
    'run-finished',
  ]);
  expect((await project.pipe('log', 'last')).out).toContain(remembered);
});

describe('a real look is taken after', () => {
  const changes: [string, (project: Project, path: (name: string) => string) => void, string[]?][] = [
    [
      'an edited input',
      (project) => {
        project.write('notes/a', 'bbbb');
      },
    ],
    [
      'an input whose bytes changed, its size and time not',
      (project) => {
        project.write('notes/a', 'bbbb');
        age(project, 'notes/a');
      },
    ],
    [
      'a new file in a directory',
      (project) => {
        project.write('notes/b', '');
      },
    ],
    [
      'a file that is gone',
      (_, path) => {
        rmSync(path('notes/a'));
        writeFileSync(path('notes/c'), 'aaaa');
      },
    ],
    [
      'a link that leads elsewhere',
      (_, path) => {
        rmSync(path('link'));
        symlinkSync('target-2', path('link'));
      },
    ],
    [
      'an edit of a module',
      (project) => {
        project.write('stages/make.ts', `${project.read('stages/make.ts')}// x\n`);
      },
    ],
    [
      'an edit of what it imports',
      (project) => {
        project.write('lib/word.ts', "export const word = 'other';\n");
      },
    ],
    [
      'an edit of pipeline.yaml',
      (project) => {
        project.write('pipeline.yaml', `${project.read('pipeline.yaml')}# x\n`);
      },
    ],
    [
      'a lost output',
      (project) => {
        project.remove('artifacts/make/text.txt');
      },
    ],
    [
      'an edited output',
      (_, path) => {
        chmodSync(path('artifacts/make/text.txt'), 0o644);
        writeFileSync(path('artifacts/make/text.txt'), 'wordxxx');
      },
    ],
    [
      'a file lost from an output directory',
      (project) => {
        project.remove('artifacts/copy/all/d/x');
      },
    ],
    [
      'a file added to an output directory',
      (project) => {
        project.write('artifacts/copy/all/d/y', '');
      },
    ],
    [
      'a changed lock',
      (project) => {
        project.write(
          'pipe.lock',
          project
            .read('pipe.lock')
            .replace(/(?<="fingerprint":"sha256:)./, (digit) => (digit === '0' ? '1' : '0')),
        );
      },
    ],
    [
      'a lost lock',
      (project) => {
        project.remove('pipe.lock');
      },
    ],
    [
      'a killed run',
      (_, path) => {
        mkdirSync(path(`cache/work/${nameOfDead()}`), { recursive: true });
      },
    ],
    ['a question with a profile', () => undefined, ['--profile', 'other']],
    ['a question with a value', () => undefined, ['--set', 'params.word=three']],
    ['a question about one stage', () => undefined, ['make']],
    ['a question that forces', () => undefined, ['--force']],
  ];

  test.each(changes)('%s', async (_title, change, args = []) => {
    const project = await still();
    mark(project);
    change(project, (name) => join(project.directory, name));
    const { out, err } = await project.pipe('run', ...args);
    expect(err).toBe('');
    expect(out).not.toContain(remembered);
  });
});

test('a pipeline with a pattern is looked at each time, for files that are new', async () => {
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  all: { cmd: 'cat {inputs.notes} > {outputs.text}', inputs: { notes: { glob: 'notes/*' } }, outputs: { text: text.txt } }
`,
    'notes/a': 'a',
  });
  age(project, 'notes/a');
  for (let run = 0; run < 3; run += 1) await project.pipe('run');
  expect(project.exists(file)).toBe(false);
  project.write('notes/b', 'b');
  expect(await project.outcomes('run')).toEqual(['all ran']);
  expect(statSync(join(project.directory, 'artifacts/all/text.txt')).size).toBe(2);
});

test('warnings about pipeline.yaml are printed each time', async () => {
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  all: { cmd: 'echo {sede} > {outputs.text}', matrix: { seed: [1] }, outputs: { text: text.txt } }
`,
  });
  for (let run = 0; run < 3; run += 1) expect((await project.pipe('run')).err).toContain('{sede}');
});

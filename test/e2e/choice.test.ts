import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

/** A catalogue, of which an axis chooses; one stage is a module with a schema, one a command. */
function catalogue(): Project {
  const project = newProject({
    'small.txt': 'small\n',
    'pipeline.yaml': `
version: 1
params:
  sizes: [small, v1.5]
  size:
    small: { width: 8, path: small.txt }
    v1.5: { width: 16, path: null }
    other: { width: wide, path: gone.txt }
stages:
  build:
    use: stages/build.ts
    params: [{ size: '\${size.{size}}' }]
    matrix: { size: '\${sizes}', seed: [0, 1] }
    inputs: { source: { path: '\${size.{size}.path}' } }
    outputs: { text: text.txt }
  say:
    cmd: echo {params.width} > {outputs.said}; cat {inputs.text} >> {outputs.said}
    params: { width: '\${size.{size}.width}' }
    inputs: { text: build.text }
    outputs: { said: said.txt }
`,
  });
  project.write(
    'stages/build.ts',
    `import { readFile, writeFile } from 'node:fs/promises';
     import { z } from 'zod';
     import { defineStage } from 'pipewright/stage';
     export default defineStage({
       params: z.strictObject({ size: z.strictObject({ width: z.number(), path: z.string().nullable() }) }),
       axes: z.looseObject({}),
       inputs: { source: 'optional' },
       outputs: ['text'],
       async run({ params, inputs, outputs }) {
         const source = inputs.source === null ? 'no file\\n' : await readFile(inputs.source.path, 'utf8');
         await writeFile(outputs.text, params.size.width + ' of ' + source);
       },
     });`,
  );
  return project;
}

function edit(project: Project, before: string, after: string): void {
  project.write(
    'pipeline.yaml',
    project.read('pipeline.yaml').replace(before, () => after),
  );
}

test('a task sees the entry that its axis names, and its fingerprint nothing else of the catalogue', async () => {
  const project = catalogue();
  expect((await project.pipe('run')).status).toBe(0);
  expect(project.read('artifacts/say/size=small/seed=0/said.txt')).toBe('8\n8 of small\n');
  expect(project.read('artifacts/say/size=v1.5/seed=1/said.txt')).toBe('16\n16 of no file\n');

  edit(project, 'other: { width: wide, path: gone.txt }', 'more: { width: 3, path: null }');
  expect((await project.pipe('run')).out).toMatch(/^nothing to do/);
  edit(project, 'sizes: [small, v1.5]', 'sizes: [small, more, v1.5]');
  expect(await project.outcomes('run')).toEqual([
    'build@size=more,seed=0 ran',
    'build@size=more,seed=1 ran',
    'say@size=more,seed=0 ran',
    'say@size=more,seed=1 ran',
  ]);
});

test('what changed in an entry is named by its place in the file, and concerns that entry’s tasks', async () => {
  const project = catalogue();
  await project.pipe('run');
  edit(project, 'width: 16', 'width: 32');
  const { out } = await project.pipe('status');
  expect(out).toContain('parameter size.v1.5.width changed: 16 -> 32');
  expect(out).not.toContain('size=small');
  const why = await project.pipe('why', 'say@size=v1.5,seed=0');
  expect(why.out).toContain('parameter size.v1.5.width changed: 16 -> 32');
  const back = await project.pipe('run', '--set', 'params.size.v1.5.width=16');
  expect(back.out).toMatch(/^nothing to do/);
});

test('an entry that the stage’s schema refuses is pointed at', async () => {
  const project = catalogue();
  const { status, err } = await project.pipe('run', '--set', 'params.sizes=[small, other]');
  expect(err).toContain('expected number, received string');
  expect(err).toMatch(/│ {5}other: \{ width: wide, path: gone\.txt \}\n +│ +\^{4}\n/);
  expect(status).toBe(2);
});

describe('a path that leads nowhere is pointed at where it is given:', () => {
  const message = 'error: input `source` of `build`: there is no gone.txt';
  const hint = '      = `--set params.size.small.path=…` gives another path\n';
  test.each<[title: string, edited: [string, string], args: string[], printed: string]>([
    [
      'in the entry that an axis names',
      ['path: small.txt', 'path: gone.txt'],
      [],
      `pipeline.yaml:6:30: ${message}
    6 │     small: { width: 8, path: gone.txt }
      │                              ^^^^^^^^
${hint}`,
    ],
    [
      'in what the entry takes it from',
      [
        'size:\n    small: { width: 8, path: small.txt',
        "place: gone.txt\n  size:\n    small: { width: 8, path: '${place}'",
      ],
      [],
      `pipeline.yaml:5:10: ${message}
    5 │   place: gone.txt
      │          ^^^^^^^^
${hint}`,
    ],
    [
      'in what the entry is merged from',
      [
        'small: { width: 8, path: small.txt }',
        'any: &any { path: gone.txt }\n    small: { <<: *any, width: 8 }',
      ],
      [],
      `pipeline.yaml:6:23: ${message}
    6 │     any: &any { path: gone.txt }
      │                       ^^^^^^^^
${hint}`,
    ],
    [
      'in a profile',
      ['stages:', 'profiles:\n  there: { params: { size: { small: { path: gone.txt } } } }\nstages:'],
      ['--profile', 'there'],
      `pipeline.yaml:10:45: ${message}
   10 │   there: { params: { size: { small: { path: gone.txt } } } }
      │                                             ^^^^^^^^
${hint}`,
    ],
    [
      'on the command line',
      ['path: small.txt', 'path: other.txt'],
      ['--set', 'params.size.small.path=gone.txt'],
      `command line: ${message}
      │ --set params.size.small.path=gone.txt
      │                              ^^^^^^^^
`,
    ],
    [
      'in a parameter that the stage names itself',
      ["'${size.{size}.path}'", "'${size.other.path}'"],
      [],
      `pipeline.yaml:8:33: ${message}
    8 │     other: { width: wide, path: gone.txt }
      │                                 ^^^^^^^^
`,
    ],
    [
      'in the stage itself',
      ["{ path: '${size.{size}.path}' }", './gone.txt'],
      [],
      `pipeline.yaml:14:23: ${message}
   14 │     inputs: { source: ./gone.txt }
      │                       ^^^^^^^^^^
`,
    ],
  ])('%s', async (_title, [before, after], args, expected) => {
    const project = catalogue();
    edit(project, before, after);
    const { status, err } = await project.pipe('run', ...args);
    expect(err).toBe(expected);
    expect(status).toBe(2);
    expect(project.exists('artifacts')).toBe(false);
  });
});

import { expect, test } from 'vitest';
import { definePath, newProject, type Project } from './project.ts';

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
     import { defineStage } from '${definePath(project)}';
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
  project.write('pipeline.yaml', project.read('pipeline.yaml').replace(before, after));
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
  expect(err).toContain('gone.txt');
  expect(status).toBe(2);
});

import { expect, test } from 'vitest';
import { newProject } from './project.ts';

const files = {
  'stages/doctor.ts': `
    import { z } from 'zod';
    import { defineDoctor } from 'pipewright/stage';
    export default defineDoctor({
      params: z.looseObject({ press: z.enum(['iron', 'wood']) }),
      examine: ({ press }) => {
        console.log('not for the terminal');
        return Promise.resolve([
          { name: 'ink', state: 'fact', text: process.env.INK ?? 'none' },
          { name: 'iron press', state: press === 'iron' ? 'taken' : 'idle', text: '1 ton' },
          { name: 'steam press', state: 'absent', text: 'there is no steam' },
        ]);
      },
    });`,
  'pipeline.yaml': `
version: 1
params: { press: iron }
doctor: stages/doctor.ts
stages:
  page: { cmd: 'echo > {outputs.page}', env: [INK], outputs: { page: page.txt } }
`,
};

test('doctor shows the machine, and what the project finds on it as its tasks would', async () => {
  const project = newProject(files);
  const { out, err, status } = await project.pipe('doctor');
  expect({ err, status }).toEqual({ err: '', status: 0 });
  expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['pipe', expect.stringMatching(/^\d+\.\d+\.\d+$/)],
    ['node', `${process.version} ${process.platform} ${process.arch}`],
    ['processor', expect.stringMatching(/, \d+ threads?$/)],
    ['memory', expect.stringMatching(/^[\d.]+ GB$/)],
    ['project', project.directory],
    ['cache', `${project.directory}/cache`],
    ['ink', 'none'],
    ['iron press', 'taken', '1 ton'],
    ['steam press', 'not there', 'there is no steam'],
    [''],
  ]);
  const json = JSON.parse(
    (await project.pipe('doctor', '--json', '--set', 'params.press=wood')).out,
  ) as object;
  expect(json).toMatchObject({
    facts: { project: project.directory },
    findings: [{ name: 'ink' }, { name: 'iron press', state: 'idle' }, { name: 'steam press' }],
    failure: null,
  });
});

test.each([
  {
    title: 'parameters that the doctor refuses',
    change: { 'pipeline.yaml': files['pipeline.yaml'].replace('iron', 'paper') },
    message: 'params.press: Invalid option: expected one of "iron"|"wood"',
  },
  {
    title: 'a module that is no doctor',
    change: { 'stages/doctor.ts': 'export default 1;' },
    message: 'the module has no default export made with defineDoctor(…)',
  },
  {
    title: 'a module that throws when it is loaded',
    change: { 'stages/doctor.ts': "throw new Error('no luck');" },
    message: 'it throws when it is loaded: no luck (stages/doctor.ts:1:7)',
  },
  {
    title: 'a module that cannot be read',
    change: { 'stages/doctor.ts': 'export default (' },
    message: 'stages/doctor.ts:1:17: Unexpected end of file',
  },
])('$title: the machine is shown all the same', async ({ change, message }) => {
  const { out, status } = await newProject({ ...files, ...change }).pipe('doctor');
  expect(out).toMatch(/^pipe +\d/);
  expect(out).toContain(`the project cannot be examined: ${message}\n`);
  expect(status).toBe(1);
});

test('a project without a doctor still has a machine', async () => {
  const project = newProject({
    ...files,
    'pipeline.yaml': files['pipeline.yaml'].replace('doctor: stages/doctor.ts\n', ''),
  });
  const { out, status } = await project.pipe('doctor');
  expect(out.split('\n')).toHaveLength(7);
  expect(status).toBe(0);
});

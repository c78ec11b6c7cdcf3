import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const manifest = `version: 1
params: { factor: 3 }
stages:
  numbers: { cmd: 'seq 4 > {outputs.list}', outputs: { list: list.txt } }
  scale:
    use: stages/scale.ts
    params: [factor]
    inputs: { list: numbers.list }
    outputs: { list: list.txt }
  total: { cmd: 'paste -sd+ {inputs.list} | bc > {outputs.total}', inputs: { list: scale.list }, outputs: { total: total.txt } }
`;

const times = `/** One number, scaled. */
export function times(a: number, b: number): number {
  return a * b;
}
`;

function project(body = 'await writeFile(outputs.list, scaled.join("\\n"));'): Project {
  const made = newProject({ 'pipeline.yaml': manifest.replace('| bc', ''), 'lib/times.ts': times });
  made.write(
    'stages/scale.ts',
    `import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { times } from '../lib/times.ts';

export default defineStage({
  params: z.object({ factor: z.number() }),
  axes: z.object({}),
  inputs: { list: 'one' },
  outputs: ['list'],
  run: async ({ params, inputs, outputs, progress, warn, log }) => {
    const lines = (await readFile(inputs.list.path, 'utf8')).trim().split('\\n');
    const scaled = lines.map((line) => times(Number(line), params.factor));
    progress(1, 1, 'numbers');
    log('scaled ' + scaled.length);
    if (params.factor === 0) warn('everything is zero');
    ${body}
  },
});
`,
  );
  return made;
}

const unknown = 'its stage has a mistake, and whether anything changed is not known';

describe('a TypeScript stage', () => {
  test('runs with what it declares', async () => {
    const made = project();
    const { status, err } = await made.pipe('run');
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(made.read('artifacts/total/total.txt')).toBe('3+6+9+12\n');
  });

  test('does not run again for a comment, and why says so', async () => {
    const made = project();
    await made.pipe('run');
    made.write('lib/times.ts', times.replace('One number', 'A number'));
    const { out } = await made.pipe('why', 'scale');
    expect(out).toContain('next: will not run: nothing that it depends on has changed\n');
    expect(out).toContain('text of lib/times.ts changed, meaning did not\n');
    expect((await made.pipe('status')).out).toContain(
      'note: the text of lib/times.ts changed, its meaning did not (scale)\n',
    );
    expect(await made.outcomes('run')).toEqual([]);
  });

  test('runs again for another meaning, and why names the file', async () => {
    const made = project();
    await made.pipe('run');
    made.write('lib/times.ts', times.replace('a * b', 'a * b + 1'));
    expect((await made.pipe('why', 'scale')).out).toContain('code changed: lib/times.ts\n');
    expect(await made.outcomes('run')).toEqual(['scale ran', 'total ran']);
  });

  test('warns where the user sees it', async () => {
    const { out } = await project().pipe('run', '--set', 'params.factor=0');
    expect(out).toContain('warning   scale: everything is zero\n');
  });

  test('that throws ends the run with status 1, the message and its place', async () => {
    const made = project("throw new Error('the list is too long');");
    const { status, out } = await made.pipe('run');
    expect(status).toBe(1);
    expect(out).toContain('failed  scale: the list is too long\n');
    expect(out).toContain(
      `        |     at Object.run (${made.directory}/stages/scale.ts:17:11)\n        log: `,
    );
    expect(made.read(/log: (\S+)/.exec(out)![1]!)).toContain('scaled 4\n');
  });

  test('that refuses its input ends the run with status 2 and the message alone, tried once', async () => {
    const made = project("throw new BadInput('numbers.txt: the third line is no number');");
    made.write(
      'stages/scale.ts',
      made.read('stages/scale.ts').replace('{ defineStage }', '{ BadInput, defineStage }'),
    );
    made.write(
      'pipeline.yaml',
      made.read('pipeline.yaml').replace('use: stages/scale.ts', 'use: stages/scale.ts\n    retries: 2'),
    );
    const { status, out } = await made.pipe('run');
    expect(out).toContain('failed  scale: numbers.txt: the third line is no number\n');
    expect(out).not.toContain('    at ');
    expect(out).not.toContain('retry');
    expect(status).toBe(2);
  });

  test.each([
    [3, 'it ended with exit status 3'],
    [0, 'its process ended before it was done (exit status 0)'],
  ])('that ends the process with %d has failed', async (code, message) => {
    const { status, out } = await project(`process.exit(${code})`).pipe('run');
    expect(out).toContain(`failed  scale: ${message}\n`);
    expect(status).toBe(1);
  });

  test.each<[string, (text: string) => string, string]>([
    [
      'throws when it is loaded',
      (text) => text.replace('export default', "throw new Error('no luck');\nexport default"),
      'it throws when it is loaded: no luck (stages/scale.ts:6:7)',
    ],
    [
      'imports a package that is not installed',
      (text) => `import 'nothing-here';\n${text}`,
      'the package nothing-here, which it imports, is not installed: `npm install nothing-here`',
    ],
    [
      'does not parse',
      (text) => text.replace('export default', 'export defult'),
      'stages/scale.ts:6:8: Unexpected "defult"',
    ],
    [
      'has no default export',
      (text) => text.replace('export default', 'export const x ='),
      'the module has no default',
    ],
  ])('that %s is refused before anything runs', async (_title, spoil, message) => {
    const made = project();
    made.write('stages/scale.ts', spoil(made.read('stages/scale.ts')));
    const before = made.results();
    const { status, err } = await made.pipe('run');
    expect(err).toContain(`pipeline.yaml:6:10: error: ${message}`);
    expect(err).not.toContain('    at ');
    expect(status).toBe(2);
    expect(made.results()).toEqual(before);
  });

  test('that does not write its output ends the run with status 1', async () => {
    const { status, out } = await project('').pipe('run');
    expect(status).toBe(1);
    expect(out).toContain(
      'failed  scale: it ended without writing its output list (artifacts/scale/list.txt)\n',
    );
  });

  test.each<[title: string, from: string, to: string, place: string, message?: string]>([
    [
      'a parameter of the wrong type',
      'factor: 3',
      'factor: three',
      'pipeline.yaml:2:',
      'parameter `factor`: expected number, received string',
    ],
    ['an input it does not have', '{ list: numbers.list }', '{ lisst: numbers.list }', 'pipeline.yaml:8:'],
    [
      'an output it does not write',
      'outputs: { list: list.txt }\n  total',
      'outputs: { lost: list.txt }\n  total',
      'pipeline.yaml:10:',
    ],
    [
      'a parameter less',
      'params: [factor]',
      'params: []',
      'pipeline.yaml:7:',
      'the module takes a parameter `factor`',
    ],
    ['no module', 'stages/scale.ts', 'stages/scales.ts', 'pipeline.yaml:6:', 'there is no stages/scales.ts'],
    ['a directory for a module', 'stages/scale.ts', 'stages', 'pipeline.yaml:6:', 'stages is no file'],
  ])('declared with %s is refused before anything runs', async (_title, from, to, place, message = '') => {
    const made = project();
    made.write('pipeline.yaml', made.read('pipeline.yaml').replace(from, to));
    const before = made.results();
    const { status, err } = await made.pipe('run', 'scale');
    expect(err).toContain(place);
    expect(err).toContain(`error: ${message}`);
    expect(status).toBe(2);
    expect(made.results()).toEqual(before);
  });

  test.each<[string, (made: Project) => void, string]>([
    [
      'a parameter that its schema refuses',
      (made) => {
        edit(made, 'pipeline.yaml', 'factor: 3', 'factor: three');
      },
      'scale    1 to run\n           1 to run: parameter factor changed: 3 -> "three"\n',
    ],
    [
      'a toolchain that is out of order',
      (made) => {
        made.remove('abacus');
        // What was asked before is not asked again.
        made.remove('cache/local/checks.json');
      },
      `scale    1 to run\n           1 to run: ${unknown}\n`,
    ],
    [
      'code that is none',
      (made) => {
        edit(made, 'lib/times.ts', 'return', 'return )');
      },
      `scale    1 to run\n           1 to run: ${unknown}\n`,
    ],
  ])('with %s is not said to have lost its engine or its packages', async (_title, spoil, expected) => {
    const made = project();
    made.write('abacus', 'oak\n');
    edit(
      made,
      'stages/scale.ts',
      'run: async',
      "toolchain: async () => ({ abacus: await readFile('abacus', 'utf8') }),\n  run: async",
    );
    expect((await made.pipe('run')).status).toBe(0);
    spoil(made);
    const { status, out } = await made.pipe('status');
    expect(out).toContain(expected);
    expect(status).toBe(2);
  });
});

function edit(made: Project, path: string, before: string, after: string): void {
  const text = made.read(path);
  if (!text.includes(before)) throw new Error(`${path} has no ${before}`);
  made.write(path, text.replace(before, after));
}

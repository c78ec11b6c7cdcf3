import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject } from './project.ts';

const pipeline = (prepare: string) => `version: 1
stages:
  use:
    cmd: cat shared.txt > {outputs.o}
    outputs: { o: o.txt }
    after: [prepare]
  read:
    cmd: cat {inputs.o} > {outputs.r}
    inputs: { o: prepare.o }
    outputs: { r: r.txt }
  prepare:
    cmd: ${prepare}
    outputs: { o: o.txt }
    always: true
`;

describe('order without data, and what runs always', () => {
  test('what comes after waits, and does not run again though the other did', async () => {
    const project = newProject({
      'pipeline.yaml': pipeline('sleep 0.3; echo made > shared.txt; echo one > {outputs.o}'),
    });
    const first = await project.pipe('run', '--jobs', '4');
    expect(first.out).toContain('3 ran');
    expect(project.read('artifacts/use/o.txt')).toBe('made\n');
    const status = await project.pipe('status', '--tasks');
    expect(status.out).toContain('its stage runs always');
    const again = await project.pipe('run');
    expect(again.out).toContain('1 ran');
    expect(again.out).toContain('2 up to date');
  });

  test('what reads it runs where it comes out otherwise', async () => {
    const project = newProject({
      'pipeline.yaml': pipeline('echo x >> count.txt; cp count.txt shared.txt; cp count.txt {outputs.o}'),
    });
    await project.pipe('run');
    expect(project.read('artifacts/read/r.txt')).toBe('x\n');
    const { out } = await project.pipe('run', 'read');
    expect(out).toContain('2 ran');
    expect(project.read('artifacts/read/r.txt')).toBe('x\nx\n');
  });

  test('files that it changes are looked at again before what comes after them, in the same run', async () => {
    const project = newProject({
      'shared.txt': 'first\n',
      'pipeline.yaml': `version: 1
stages:
  prepare:
    cmd: cp next.txt shared.txt; echo > {outputs.o}
    outputs: { o: o.txt }
    always: true
  use: { cmd: 'cat {inputs.s} > {outputs.o}', inputs: { s: ./shared.txt }, outputs: { o: o.txt }, after: [prepare] }
  too: { cmd: 'cat {inputs.s} > {outputs.o}', inputs: { s: ./shared.txt }, outputs: { o: o.txt }, after: [prepare] }
`,
    });
    for (const [text, ran] of [
      ['a', '3 ran'],
      ['b', '3 ran'],
      ['b', '1 ran, 2 up to date'],
      ['a', '1 ran, 2 restored'],
    ] as const) {
      project.write('next.txt', text);
      expect((await project.pipe('run')).out).toContain(`done: ${ran}`);
      expect([project.read('artifacts/use/o.txt'), project.read('artifacts/too/o.txt')]).toEqual([
        text,
        text,
      ]);
    }
  });

  test('what comes first is made when what follows is asked for, and is skipped over when it fails', async () => {
    const project = newProject({ 'pipeline.yaml': pipeline('exit 3') });
    const { out, status } = await project.pipe('run', 'use');
    expect(status).toBe(1);
    expect(out).toContain('1 failed');
    expect(out).toContain('1 skipped');
  });
});

test('a task that asks for its own project is refused what it would wait for without end', async () => {
  const pipe = `'${process.execPath}' '${resolve(import.meta.dirname, '../../lib/pipe/dist/pipe.js')}'`;
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  outer:
    cmd: |
      ${pipe} run inner && ${pipe} status > {outputs.o}
    outputs: { o: o.txt }
  inner: { cmd: 'echo x > {outputs.o}', outputs: { o: o.txt } }
`,
  });
  const { status, out, err } = await project.pipe('run', 'outer', '--verbose');
  expect(status).toBe(1);
  expect(out + err).toContain('asks for it: each would wait for the other');
  // What needs no hold on the project is answered: also from within.
  project.write('pipeline.yaml', project.read('pipeline.yaml').replace('run inner &&', 'run --help &&'));
  expect((await project.pipe('run', 'outer')).status).toBe(0);
  expect(project.read('artifacts/outer/o.txt')).toContain('inner');
});

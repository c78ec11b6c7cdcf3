import { expect, test } from 'vitest';
import { newProject } from './project.ts';
import { temporary } from './words.ts';

test('commands know of temporary outputs that are gone', async () => {
  const project = newProject(temporary);
  expect((await project.pipe('show', 'sort')).out).toContain('not made yet');
  expect((await project.pipe('run')).out).toContain('3 ran');
  expect(project.exists('artifacts/sort')).toBe(false);
  expect((await project.pipe('show', 'sort')).out).toContain('temporary, and gone');
  const shown = await project.pipe('show', 'artifacts/sort/n=1/o.txt');
  expect(shown.err).toContain('is temporary, and went when all that read it were done');
  expect(shown.err).toContain("pipe run 'sort@n=1'");
  expect((await project.pipe('why', 'sort@n=1')).out).toContain('nothing that it depends on has changed');
  expect((await project.pipe('verify')).out).toContain('all intact');
  expect((await project.pipe('verify', '--rerun')).out).toContain(
    'use: its input artifacts/sort/n=1/o.txt is temporary and gone',
  );
  project.remove('artifacts');
  expect((await project.pipe('restore')).out).toContain('restored 1 output');
  expect((await project.pipe('run')).out).toContain('nothing to do: all 3 tasks');
  const status = await project.pipe('status', '--set', 'last=2');
  expect(status.out).toContain('which is temporary and gone, is needed by use');
  const only = await project.pipe('run', 'use', '--only', '--set', 'last=2');
  expect(only.status).toBe(1);
  expect(only.out + only.err).toContain('the task that makes it again is no part of the run');
  expect((await project.pipe('run', '--set', 'last=2')).out).toContain('done: 3 ran');
  expect(project.read('artifacts/use/o.txt')).toBe('1\n2\n2\n');
});

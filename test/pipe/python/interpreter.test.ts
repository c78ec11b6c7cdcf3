import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';
import { python, pythonFiles, pythonProject } from './project.ts';

const real =
  python === undefined
    ? ''
    : spawnSync(python, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();

/** An interpreter at a path of the project that notes each of its starts. */
function noting(project: TestProject, path: string): () => number {
  project.write({
    [path]: `#!/bin/sh\necho started >> ${project.path('starts')}\nexec ${real} "$@"\n`,
    starts: '',
  });
  chmodSync(project.path(path), 0o755);
  return () => project.read('starts').split('\n').length - 1;
}

async function found(project: TestProject): Promise<string[]> {
  const opened = project.open();
  const { findings } = await opened.examine(project.load().manifest);
  return findings.map(({ name, state, text }) => `${name} ${state}: ${text}`);
}

describe.skipIf(python === undefined)('the Python interpreter', () => {
  test('is what `python` names: a path, a virtual environment, or a name on PATH', async () => {
    const project = pythonProject();
    const starts = noting(project, 'tools/bin/python');
    for (const name of ['tools/bin/python', 'tools']) {
      project.edit('pipeline.yaml', 'version: 1\n', `version: 1\npython: ${name}\n`);
      const before = starts();
      expect((await found(project))[0]).toMatch(
        /^python taken: CPython 3\.\d+\.\d+\S*, .*\(`python`; scale\)$/,
      );
      expect(starts()).toBe(before + 1);
      project.edit('pipeline.yaml', `python: ${name}\n`, '');
    }
  });

  test('is else that of .venv, and of the active environment', async () => {
    const active = pythonProject();
    noting(active, 'bin/python');
    const environment = { PATH: process.env['PATH'], VIRTUAL_ENV: active.directory };
    const project = new TestProject(pythonFiles, { environment });
    expect((await found(project))[0]).toContain('($VIRTUAL_ENV; scale)');
    mkdirSync(dirname(project.path('.venv/bin/python')), { recursive: true });
    symlinkSync(real, project.path('.venv/bin/python'));
    expect((await found(project))[0]).toContain('(.venv; scale)');
  });

  test('that is not there is said where it is named', async () => {
    const project = pythonProject();
    project.edit('pipeline.yaml', 'use: stages/scale.py', 'use: stages/scale.py\n    python: tools/venv');
    const summary = await project.ask();
    expect(summary.type === 'refused' && summary.stageIssues).toEqual([
      { stage: 'scale', path: ['python'], message: 'there is no tools/venv' },
    ]);
  });

  test('is not started while nothing changed, and once for an edit', async () => {
    const project = pythonProject();
    const starts = noting(project, 'tools/python');
    project.edit('pipeline.yaml', 'use: stages/scale.py', 'use: stages/scale.py\n    python: tools/python');
    await project.run();
    const first = starts();
    expect(first).toBe(1);
    expect(await project.run()).toEqual({});
    await project.inspect();
    expect(starts()).toBe(first);
    project.edit('lib/times.py', '# one number, scaled', '# another');
    expect(await project.run()).toEqual({});
    expect(starts()).toBe(first + 1);
    expect(await project.run()).toEqual({});
    expect(starts()).toBe(first + 1);
  });

  test('fills `{python}` in a command, whose toolchain it then is', async () => {
    const project = pythonProject();
    project.edit(
      'pipeline.yaml',
      `cmd: ${python!} scripts`,
      'cmd: "{python} -c \'print(1)\' > {outputs.total}" #',
    );
    expect(await project.run()).toMatchObject({ total: 'ran' });
    expect(project.read('artifacts/total/total.txt')).toBe('1\n');
    expect(project.read('pipe.lock')).toMatch(/"toolchain\W*python\W*CPython/);
  });
});

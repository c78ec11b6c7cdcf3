import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { TestProject } from './project.ts';

function pipeline(stages: string, files: Readonly<Record<string, string>> = {}): TestProject {
  return new TestProject({ ...files, 'pipeline.yaml': `version: 1\nstages:\n${stages}` });
}

/** What a command waits for until the test has done something, and says when it is there. */
const wait = 'touch started; while ! test -e go; do sleep 0.02; done';

/** Does something while the task that `wait`s runs; the task may go on from then on. */
async function meanwhile(project: TestProject, work: () => void): Promise<Record<string, string>> {
  const running = project.run();
  await vi.waitFor(
    () => {
      expect(existsSync(project.path('started'))).toBe(true);
    },
    { timeout: 30_000 },
  );
  work();
  writeFileSync(project.path('go'), '');
  return await running;
}

function warnings(project: TestProject): string[] {
  return project.events.flatMap((event) =>
    event.type === 'task-warning' ? [`${event.task}: ${event.message}`] : [],
  );
}

describe('an input that another task made', () => {
  const made = "  a: { cmd: 'echo clean > {outputs.x}', outputs: { x: x } }\n";

  test('is put back when somebody edited it while its reader ran, and the reader starts over', async () => {
    const project = pipeline(
      `${made}  c: { cmd: '${wait}; cat {inputs.x} > {outputs.z}', inputs: { x: a.x }, outputs: { z: z } }\n`,
    );
    await meanwhile(project, () => {
      project.write({ 'artifacts/a/x': 'edited\n' });
    });
    expect(project.read('artifacts/c/z')).toBe('clean\n');
    expect(project.read('artifacts/a/x')).toBe('clean\n');
    expect(warnings(project)).toEqual(['c: artifacts/a/x changed while the task ran; it starts over']);
    expect(await project.states()).toEqual({});
  });

  test('is put back when it was edited before its reader started', async () => {
    const project = pipeline(
      `${made}  slow: { cmd: '${wait}; touch {outputs.s}', inputs: { x: a.x }, outputs: { s: s } }\n` +
        `  c: { cmd: 'cat {inputs.x} > {outputs.z}', inputs: { x: a.x, s: slow.s }, outputs: { z: z } }\n`,
    );
    await meanwhile(project, () => {
      project.write({ 'artifacts/a/x': 'edited\n' });
    });
    expect(project.read('artifacts/c/z')).toBe('clean\n');
  });

  test.each([
    ['in place', 'echo dirty >> {inputs.x}'],
    ['by a new file', 'sed -i s/clean/dirty/ {inputs.x}'],
    ['by taking it away', 'rm {inputs.x}'],
  ])('that a command changes %s is as it was for all others, and the command is named', async (_, change) => {
    const project = pipeline(
      `${made}  b: { cmd: '${change}; echo b > {outputs.y}', inputs: { x: a.x }, outputs: { y: y } }\n` +
        `  c: { cmd: 'cat {inputs.x} > {outputs.z}', inputs: { x: a.x, y: b.y }, outputs: { z: z } }\n`,
    );
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran', c: 'ran' });
    expect(project.read('artifacts/a/x')).toBe('clean\n');
    expect(project.read('artifacts/c/z')).toBe('clean\n');
    expect(warnings(project).at(-1)).toBe(
      'b: it changes its own input artifacts/a/x, which others read; a command is to write to its outputs only',
    );
    expect(await project.states()).toEqual({});
  });

  test('that is a directory may get no file more', async () => {
    const project = pipeline(
      `  a: { cmd: 'echo 1 > {outputs.d}/one', outputs: { d: d/ } }\n` +
        `  b: { cmd: 'touch {inputs.d}/two; echo b > {outputs.y}', inputs: { d: a.d }, outputs: { y: y } }\n` +
        `  c: { cmd: 'ls {inputs.d} > {outputs.z}', inputs: { d: a.d, y: b.y }, outputs: { z: z } }\n`,
    );
    await project.run();
    expect(project.read('artifacts/c/z')).toBe('one\n');
  });

  test('that never stays the same fails its reader, and those that may have done it are named', async () => {
    const project = pipeline(
      `${made}  b: { cmd: 'date +%N >> {inputs.x}; date +%N > {outputs.y}', inputs: { x: a.x }, outputs: { y: y } }\n`,
    );
    expect(await project.run()).toEqual({ a: 'ran', b: 'failed' });
    expect(project.outcomes().at(-1)).toEqual([
      'b',
      expect.objectContaining({
        reason: 'input-changed',
        paths: ['artifacts/a/x'],
        times: 3,
        suspects: ['b'],
      }),
    ]);
  });

  test('may be given another name by its reader', async () => {
    const project = pipeline(
      `${made}  b: { cmd: 'ln {inputs.x} {outputs.y}', inputs: { x: a.x }, outputs: { y: y } }\n`,
    );
    expect(await project.run()).toEqual({ a: 'ran', b: 'ran' });
    expect(warnings(project)).toEqual([]);
  });
});

describe('an input of the project', () => {
  test('that was other bytes while it was read, and is what it was again, makes its reader start over', async () => {
    const until = (name: string) => `while ! test -e ${name}; do sleep 0.02; done`;
    const project = pipeline(
      `  s: { cmd: 'touch started; ${until('go')}; cat {inputs.i} > {outputs.x}; touch read; ${until('end')}', inputs: { i: ./in }, outputs: { x: x } }\n`,
      { in: '1\n' },
    );
    const there = (name: string) =>
      vi.waitFor(
        () => {
          expect(existsSync(project.path(name))).toBe(true);
        },
        { timeout: 30_000 },
      );
    const running = project.run();
    await there('started');
    project.write({ in: '2\n', go: '' });
    await there('read');
    project.write({ in: '1\n', end: '' });
    await running;
    expect(warnings(project)).toEqual(['s: in changed while the task ran; it starts over']);
    expect(project.read('artifacts/s/x')).toBe('1\n');
  });

  test('that was put back with its old time of modification is seen to have been changed', async () => {
    const project = pipeline(
      `  s: { cmd: '${wait}; cat {inputs.i} > {outputs.x}', inputs: { i: ./in }, outputs: { x: x } }\n`,
      { in: '1\n' },
    );
    await meanwhile(project, () => {
      const { atime, mtime } = statSync(project.path('in'));
      writeFileSync(project.path('in'), '2\n', { flag: 'r+' });
      writeFileSync(project.path('in'), '1\n', { flag: 'r+' });
      utimesSync(project.path('in'), atime, mtime);
    });
    expect(warnings(project)).toEqual(['s: in changed while the task ran; it starts over']);
  });

  test.each([
    ['directory', './in/'],
    ['pattern', "{ glob: 'in/*' }"],
  ])(
    'that is a %s may get files during the run: who saw them has them in its fingerprint',
    async (_, input) => {
      const project = pipeline(
        `  first: { cmd: '${wait}; ls in > {outputs.x}', inputs: { i: ${input} }, outputs: { x: x } }\n` +
          `  then: { cmd: 'ls in > {outputs.x}', inputs: { i: ${input}, x: first.x }, outputs: { x: x } }\n`,
        { 'in/a': '1\n' },
      );
      await meanwhile(project, () => {
        project.write({ 'in/b': '2\n' });
      });
      expect(project.read('artifacts/first/x')).toBe('a\nb\n');
      expect(project.read('artifacts/then/x')).toBe('a\nb\n');
      expect(await project.states()).toEqual({});
      rmSync(project.path('in/b'));
      expect(await project.run()).toEqual({ first: 'ran', then: 'ran' });
      expect(project.read('artifacts/then/x')).toBe('a\n');
    },
  );

  test('that is a directory may get files before its reader starts, though nobody has read it by then', async () => {
    const project = pipeline(
      `  first: { cmd: '${wait}; echo 1 > {outputs.x}', outputs: { x: x } }\n` +
        `  then: { cmd: 'ls {inputs.i} > {outputs.x}', inputs: { i: ./in/, x: first.x }, outputs: { x: x } }\n`,
      { 'in/a': '1\n' },
    );
    await meanwhile(project, () => {
      project.write({ 'in/b': '2\n' });
    });
    expect(project.read('artifacts/then/x')).toBe('a\nb\n');
    rmSync(project.path('in/b'));
    expect(await project.run()).toEqual({ then: 'ran' });
    expect(project.read('artifacts/then/x')).toBe('a\n');
  });

  test('that goes during the run is missing', async () => {
    const project = pipeline(
      `  s: { cmd: '${wait}; touch {outputs.x}', inputs: { i: ./in }, outputs: { x: x } }\n`,
      { in: '1\n' },
    );
    await meanwhile(project, () => {
      renameSync(project.path('in'), project.path('out'));
    });
    expect(project.outcomes()).toEqual([
      [
        's',
        {
          type: 'failed',
          log: expect.any(String) as string,
          reason: 'input-missing',
          input: 'i',
          path: 'in',
        },
      ],
    ]);
  });
});

describe('what a task writes when it is over', () => {
  test('reaches no output of another task or attempt, and holds nobody up', async () => {
    const late =
      '(OUT={outputs.x} setsid sh -c "touch up; while ! test -e go; do sleep 0.02; done; echo late > \\$OUT; touch wrote" &)';
    const project = pipeline(
      `  d:\n    cmd: |\n      echo x >> tries\n      if [ $(wc -l < tries) -ge 2 ]; then\n` +
        `        echo good > {outputs.x}; touch go; while ! test -e wrote; do sleep 0.02; done; exit 0\n      fi\n` +
        `      ${late}\n      while ! test -e up; do sleep 0.02; done\n      exit 1\n    retries: 1\n    outputs: { x: x }\n`,
    );
    expect(await project.run()).toEqual({ d: 'ran' });
    expect(project.read('artifacts/d/x')).toBe('good\n');
  });

  test('by a process that goes on does not keep the run from ending', async () => {
    const project = pipeline(
      `  d: { cmd: 'setsid sleep 60 & echo $! > pid; echo hi > {outputs.x}', outputs: { x: x } }\n`,
    );
    const child = spawn(process.execPath, [`${import.meta.dirname}/../../../lib/pipe/dist/pipe.js`, 'run'], {
      cwd: project.directory,
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    const daemon = Number(project.read('pid'));
    // It goes on: the run ended before it did.
    process.kill(daemon, 'SIGKILL');
  });
});

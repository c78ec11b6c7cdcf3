import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CommandProcess, commandRunner } from '../../../lib/pipe/execute/command-process.ts';
import type { CommandRequest, TaskListener } from '../../../lib/pipe/execute/executor.ts';
import type { Report } from '../../../lib/pipe/execute/progress-report.ts';
import { workerEntry } from '../../../lib/pipe/execute/worker-pool.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const perl = existsSync('/usr/bin/perl') ? ['perl'] : [];

test('Perl runs commands where there is one and it is not forbidden', () => {
  expect(commandRunner(workerEntry(), {})[0]).toBe(perl.length > 0 ? '/usr/bin/perl' : process.execPath);
  expect(commandRunner(workerEntry(), { PIPE_COMMAND_RUNNER: 'node' })[0]).toBe(process.execPath);
});

test('a runner that cannot be started fails the command that it is given, and says why', async () => {
  const directory = temporaryDirectory();
  const runner = new CommandProcess(['/no/such/program'], directory);
  const listener = { progress: () => undefined, warning: () => undefined, log: () => undefined };
  const progress = join(directory, 'progress');
  const request = {
    kind: 'cmd',
    words: ['/bin/true'],
    cwd: directory,
    env: {},
    timeout: null,
    progress,
  } as const;
  const { signal } = new AbortController();
  for (let i = 0; i < 2; i++)
    expect(await runner.run(request, listener, signal)).toMatchObject({
      ...{ type: 'failed', reason: 'threw', message: expect.stringContaining('ENOENT') as string, stack: '' },
    });
  expect(runner.alive).toBe(false);
  await runner.end();
});

test('a runner that does not go by itself is killed', async () => {
  const runner = new CommandProcess(['/bin/sleep', '60'], temporaryDirectory());
  await runner.end();
  await vi.waitUntil(() => !runner.alive, { timeout: 20_000 });
});

describe.each([...perl, 'node'])('the command runner in %s', (name) => {
  function start() {
    const directory = temporaryDirectory();
    const runner = new CommandProcess(commandRunner(workerEntry(), { PIPE_COMMAND_RUNNER: name }), directory);
    onTestFinished(() => runner.end());
    const printed: string[] = [];
    const heard: Report[] = [];
    const warnings: string[] = [];
    const listener: TaskListener = {
      progress: (done, total, unit, note, numbers) =>
        heard.push({ done, total, unit, note, numbers: numbers! }),
      warning: (message) => warnings.push(message),
      log: (stream, text) => printed.push(`${stream}: ${text}`),
    };
    const run = (script: string, parts: Partial<CommandRequest> & { signal?: AbortSignal } = {}) => {
      const { signal = new AbortController().signal, ...rest } = parts;
      const words = ['/bin/sh', '-c', script];
      const progress = join(directory, 'progress');
      const request = {
        kind: 'cmd',
        words,
        cwd: directory,
        env: {},
        timeout: null,
        progress,
        ...rest,
      } as const;
      return runner.run(request, listener, signal);
    };
    return { directory, runner, run, printed, heard, warnings };
  }

  test('says how each command ended', async () => {
    const { run } = start();
    expect(await run('true')).toEqual({ type: 'done', undeclared: [] });
    expect(await run('exit 3')).toMatchObject({ reason: 'exit-nonzero', status: 3 });
    expect(await run('kill -USR1 $$')).toMatchObject({ reason: 'killed', signal: 'SIGUSR1' });
    expect(await run('true')).toMatchObject({ type: 'done' });
  });

  test('keeps what two commands print apart, zero bytes included', async () => {
    const { run, printed } = start();
    await run(String.raw`printf 'a\0end 12'; printf '\0end\0b\nc\0'; printf 'd\n' >&2`);
    await run('echo e');
    expect(printed.filter((line) => line.startsWith('out'))).toEqual([
      'out: a\0end 12\0end\0b',
      'out: c\0',
      'out: e',
    ]);
    expect(printed).toContain('err: d');
  });

  test('takes nothing that a command prints for the end of it', async () => {
    const { run, printed } = start();
    const marks = String.raw`for n in 0 1 2 3; do printf '\0end %s exit 0\0' $n; printf '\0end %s\0' $n >&2; done`;
    expect(await run(`${marks}; echo last; exit 7`)).toMatchObject({ status: 7 });
    expect(printed.some((line) => line.endsWith('last'))).toBe(true);
    expect(await run(`${marks}; exit 8`)).toMatchObject({ status: 8 });
  });

  test('gives a command its directory, its variables and no others, and nothing to read', async () => {
    const { run, printed, directory } = start();
    const env = { PATH: process.env['PATH']!, EMPTY: '', TWO: 'a=b\nc' };
    const script = `tr '\\0' '\\n' < /proc/self/environ; cat; pwd`;
    expect(await run(script, { env, cwd: join(directory, '.') })).toMatchObject({ type: 'done' });
    const variables = printed.slice(0, -1).filter((line) => !/^out: (PWD|OLDPWD)=/.test(line));
    expect(variables.sort()).toEqual(
      [`out: PATH=${env.PATH}`, 'out: EMPTY=', 'out: TWO=a=b', 'out: c'].sort(),
    );
    expect(printed.at(-1)).toBe(`out: ${directory}`);
  });

  test('gives the next one its own variables, none of the last, and no signal that it would not hear', async () => {
    const { run, printed } = start();
    const PATH = process.env['PATH']!;
    const script = `env | grep -v '^_=\\|PWD=' | sort; kill -INT $$`;
    for (const env of [
      { PATH, A: '1', B: 'same' },
      { PATH, B: 'same', C: '' },
      { PATH, A: '2', B: 'same' },
    ]) {
      printed.length = 0;
      expect(await run(script, { env })).toMatchObject({ reason: 'killed', signal: 'SIGINT' });
      const told = Object.entries(env).map(([variable, value]) => `out: ${variable}=${value}`);
      expect(printed).toEqual(told.sort());
    }
  });

  test('takes a script with any characters, as long as the system allows', async () => {
    const { run, printed } = start();
    expect(await run(`# ${'ä'.repeat(50_000)}\necho 'ü "$HOME" \\'`)).toMatchObject({ type: 'done' });
    expect(printed).toEqual(['out: ü "$HOME" \\']);
    expect(await run(`# ${'x'.repeat(3_000_000)}`)).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/^the command could not be started: .*(E2BIG|too long)/) as unknown,
    });
    expect(await run('echo \0')).toMatchObject({ message: expect.stringContaining('zero byte') as unknown });
    expect(await run('true')).toMatchObject({ type: 'done' });
  });

  test('hears of the progress that a command writes to its file, however it does', async () => {
    const { run, heard, directory } = start();
    const env = { PATH: process.env['PATH']! };
    await run('for i in 1 2; do echo "$i/2 epochs loss=0.$i" >> progress; done; printf 2/2 >> progress', {
      env,
    });
    expect(heard.splice(0)).toEqual([
      { done: 1, total: 2, unit: 'epochs', note: '', numbers: { loss: 0.1 } },
      { done: 2, total: 2, unit: 'epochs', note: '', numbers: { loss: 0.2 } },
      { done: 2, total: 2, unit: '', note: '', numbers: undefined },
    ]);
    rmSync(join(directory, 'progress'));
    await run('mkfifo progress', { env });
    await run('rmdir progress 2> /dev/null; rm -f progress; mkdir progress', { env });
    expect(heard).toEqual([]);
  });

  test('hears of progress while the command runs, appended or written anew', async () => {
    const { run, heard, directory } = start();
    const env = { PATH: process.env['PATH']! };
    const script = `write() { echo "$1/12 $2" > progress; until test -e $1; do sleep 0.02; done; }
      echo 1/12 appended >> progress; until test -e 1; do sleep 0.02; done
      echo 2/12 appended >> progress; until test -e 2; do sleep 0.02; done
      write 3 anew; write 4 anew; write 12 'in more letters than before'`;
    const running = run(script, { env });
    for (const done of [1, 2, 3, 4, 12]) {
      await vi.waitUntil(() => heard.at(-1)?.done === done, { timeout: 20_000 });
      writeFileSync(join(directory, String(done)), '');
    }
    await running;
    expect(heard.map(({ done }) => done)).toEqual([1, 2, 3, 4, 12]);
  });

  test('shows of a long line that is no progress the beginning', async () => {
    const { run, warnings, directory } = start();
    for (const letters of [76, 75]) {
      await run(`echo loss=${'x'.repeat(letters)} >> progress`);
      rmSync(join(directory, 'progress'));
    }
    expect(warnings.map((warning) => warning.split(': ')[1])).toEqual([
      `loss=${'x'.repeat(75)}…`,
      `loss=${'x'.repeat(75)}`,
    ]);
  });

  test('takes nothing that a command prints for progress, and says once what is none', async () => {
    const { run, heard, warnings, printed } = start();
    const env = { PATH: process.env['PATH']! };
    await run('echo 1/2 epochs loss=0.5; echo loss=a >> progress; echo loss=b >> progress', { env });
    expect(heard).toEqual([]);
    expect(printed).toEqual(['out: 1/2 epochs loss=0.5']);
    expect(warnings).toEqual(['its progress is not written as `5/40 epochs loss=0.41` or as JSON: loss=a']);
  });

  test('hears of much progress whole', async () => {
    const { run, heard } = start();
    const env = { PATH: process.env['PATH']! };
    await run(`awk 'BEGIN { for (i = 1; i <= 120000; i++) print i "/120000 steps" > "progress" }'`, { env });
    expect(heard.length).toBe(120_000);
    expect(heard.every(({ done, unit }, index) => done === index + 1 && unit === 'steps')).toBe(true);
  });

  test('says that a directory is not there, and goes on', async () => {
    const { run, directory } = start();
    expect(await run('true', { cwd: join(directory, 'none') })).toMatchObject({
      reason: 'threw',
      message: `there is no directory ${join(directory, 'none')}, its \`cwd\``,
    });
    expect(await run('true')).toMatchObject({ type: 'done' });
  });

  test('ends a command that is stopped, or takes too long, as it is asked to', async () => {
    const { run, printed } = start();
    const stop = new AbortController();
    const running = run(`trap 'echo asked; exit 7' TERM; echo on; while :; do sleep 0.02; done`, {
      signal: stop.signal,
      env: { PATH: process.env['PATH']! },
    });
    await vi.waitUntil(() => printed.includes('out: on'), { timeout: 20_000 });
    stop.abort();
    expect(await running).toMatchObject({ reason: 'killed' });
    expect(printed).toContain('out: asked');
    const slow = await run('exec sleep 60', { timeout: 0.1, env: { PATH: process.env['PATH']! } });
    expect(slow).toMatchObject({ reason: 'timed-out', seconds: 0.1 });
  });

  test('kills a command that hears nothing, after its grace', async () => {
    const { run } = start();
    const script = `trap '' TERM; sleep 60 & wait; sleep 60`;
    const env = { PATH: process.env['PATH']! };
    expect(await run(script, { timeout: 0.1, env })).toMatchObject({ reason: 'timed-out' });
  });

  test('that was killed is told from a command that failed, and is not waited for', async () => {
    const { run, runner, directory } = start();
    const running = run('kill -9 $PPID; touch killed; exec sleep 2', { env: { PATH: process.env['PATH']! } });
    await vi.waitUntil(() => existsSync(join(directory, 'killed')), { timeout: 20_000 });
    await runner.end();
    expect(await running).toMatchObject({
      reason: 'threw',
      message: 'the process that runs commands ended (SIGKILL)',
    });
    expect(runner.alive).toBe(false);
  });

  test('kills what a command started when it ends, and its command when the engine goes', async () => {
    const { run, runner, directory } = start();
    const env = { PATH: process.env['PATH']! };
    const read = (file: string) => Number(readFileSync(join(directory, file), 'utf8'));
    await run('sleep 60 & echo $! > left', { env });
    await vi.waitUntil(() => !runs(read('left')), { timeout: 20_000 });
    const running = run('echo $$ > me; sleep 60 & echo $! > child; wait', { env });
    await vi.waitUntil(() => existsSync(join(directory, 'child')) && read('child') > 0, { timeout: 20_000 });
    await runner.end();
    await vi.waitUntil(() => !runs(read('me')) && !runs(read('child')), { timeout: 20_000 });
    expect(await running).toMatchObject({ type: 'failed' });
    expect(runner.alive).toBe(false);
  });
});

/** A process that ended and was not waited for by anyone yet does not run either. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

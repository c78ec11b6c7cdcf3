import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CommandPool } from '../../../lib/pipe/execute/command-pool.ts';
import { commandRunner } from '../../../lib/pipe/execute/command-process.ts';
import { workerEntry } from '../../../lib/pipe/execute/worker-pool.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const env = { PATH: process.env['PATH']! };

function open() {
  const directory = temporaryDirectory();
  const pool = new CommandPool(directory, commandRunner(workerEntry(), {}));
  onTestFinished(() => pool.close());
  const { signal } = new AbortController();
  const printed: string[] = [];
  const listener = {
    progress: () => undefined,
    warning: () => undefined,
    log: (_: string, text: string) => printed.push(text),
  };
  const run = (script: string) =>
    pool.run(
      {
        kind: 'cmd',
        words: ['/bin/sh', '-c', script],
        cwd: directory,
        env,
        timeout: null,
        progress: join(directory, 'progress'),
      },
      listener,
      signal,
    );
  /** The process that ran a command. */
  const runner = async () => {
    expect(await run('echo $PPID')).toMatchObject({ type: 'done' });
    return Number(printed.pop());
  };
  return { directory, pool, printed, run, runner };
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('processes that run commands', () => {
  test('are used again, and as many as run at once', async () => {
    const { printed, run, runner } = open();
    const first = await runner();
    expect(await runner()).toBe(first);
    const both = 'echo $PPID; touch $0.$$; until [ "$(ls | grep -c sh)" = 2 ]; do sleep 0.02; done';
    await Promise.all([run(both.replace('$0', 'sh')), run(both.replace('$0', 'sh'))]);
    const pids = printed.splice(0).map(Number);
    expect(new Set(pids).size).toBe(2);
    expect(pids).toContain(first);
    expect(pids).toContain(await runner());
  });

  test('that ended are not', async () => {
    const { run, runner } = open();
    const first = await runner();
    expect(await run('kill -9 $PPID; sleep 60')).toMatchObject({ type: 'failed' });
    expect(await runner()).not.toBe(first);
    const second = await runner();
    process.kill(second, 'SIGKILL');
    // It is told in time, or the command that is given to it fails: either way it is not asked a second time.
    await vi.waitUntil(() => !lives(second), { timeout: 20_000 });
    await run('true');
    expect(await runner()).not.toBe(second);
  });

  test('end with their commands when they are not needed any more', async () => {
    const { pool, directory, run, runner } = open();
    const idle = await runner();
    const running = run('echo $$ $PPID > pids; exec sleep 60');
    const pids = () => readFileSync(join(directory, 'pids'), 'utf8');
    await vi.waitUntil(
      () => {
        try {
          return pids().endsWith('\n');
        } catch {
          return false;
        }
      },
      { timeout: 20_000 },
    );
    await pool.close();
    expect(await running).toMatchObject({ type: 'failed' });
    const all = [idle, ...pids().trim().split(' ').map(Number)];
    await vi.waitUntil(() => !all.some(lives), { timeout: 20_000 });
  });
});

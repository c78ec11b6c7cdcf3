import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { serveCommands } from '../../../lib/pipe/execute/serve-commands.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const env = { PATH: process.env['PATH']! };

/** A runner in this process: what it is told, and what becomes of that. */
function start() {
  const directory = temporaryDirectory();
  const [out, err] = ['out', 'err'].map((name) => openSync(join(directory, name), 'a'));
  const stdin = new PassThrough();
  const signals: Record<string, () => void> = {};
  const marks: [stream: number, text: string][] = [];
  const exits: number[] = [];
  serveCommands({
    stdin,
    stdio: ['ignore', out!, err!],
    on: (signal, heard) => (signals[signal] = heard),
    write: (stream, text) => marks.push([stream, text]),
    exit: (status) => exits.push(status),
  });
  onTestFinished(() => {
    stdin.end();
    for (const handle of [out!, err!]) closeSync(handle);
  });
  const fieldsOf = (key: string, words: readonly string[], variables = env, cwd = directory) => {
    const each = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const fields = [key, cwd, String(words.length), ...words, ...each];
    return [String(fields.length), ...fields, ''].join('\0');
  };
  const ended = (count: number) => vi.waitUntil(() => marks.length >= 2 * count, { timeout: 20_000 });
  /** Of the command with this number, how it ended. */
  const run = async (script: string, count = 1) => {
    stdin.write(fieldsOf('key', ['/bin/sh', '-c', script]));
    await ended(count);
    return marks.at(-1)![1];
  };
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  const begun = (file: string) =>
    vi.waitUntil(() => existsSync(join(directory, file)) && read(file) !== '', { timeout: 20_000 });
  return { directory, stdin, signals, marks, exits, fieldsOf, ended, run, read, begun };
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a runner of commands', () => {
  test('marks the end on both streams, on standard output with how it ended', async () => {
    const { run, marks, exits } = start();
    expect(await run('exit 3')).toBe('\0end key exit 3\0');
    expect(marks).toEqual([
      [2, '\0end key\0'],
      [1, '\0end key exit 3\0'],
    ]);
    expect(await run('kill -KILL $$', 2)).toBe('\0end key signal 9\0');
    expect(await run('true', 3)).toBe('\0end key exit 0\0');
    expect(exits).toEqual([]);
  });

  test('runs what it is told once it has heard all of it, however that is cut', async () => {
    const { stdin, fieldsOf, ended, marks, read, directory } = start();
    const text = fieldsOf('k', ['/bin/sh', '-c', 'echo "$A|$B|$1"; pwd', 'sh', 'word é'], {
      ...env,
      ...{ B: '', A: 'x=y' },
    });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) {
      stdin.write(bytes.subarray(at, at + 7));
      expect(marks).toEqual([]);
      await new Promise(setImmediate);
    }
    await ended(1);
    expect(read('out')).toBe(`x=y||word é\n${directory}\n`);
    stdin.write(fieldsOf('k2', ['/bin/sh', '-c', 'echo again >&2']));
    await ended(2);
    expect(marks.at(-1)).toEqual([1, '\0end k2 exit 0\0']);
    expect(read('err')).toBe('again\n');
  });

  test('says why a command could not be started, and runs the next', async () => {
    const { stdin, fieldsOf, ended, marks, run, signals, exits } = start();
    stdin.write(fieldsOf('a', ['/no/such/shell']));
    await ended(1);
    expect(marks.at(-1)![1]).toMatch(/^\0end a error .*ENOENT/);
    stdin.write(fieldsOf('b', ['/bin/sh', '-c', `# ${'x'.repeat(3_000_000)}`]));
    await ended(2);
    expect(marks.at(-1)![1]).toMatch(/^\0end b error .*E2BIG/);
    // Nothing runs then.
    signals['SIGTERM']!();
    expect(exits).toEqual([143]);
    expect(await run('true', 3)).toBe('\0end key exit 0\0');
  });

  test('passes SIGTERM on to all of its command, a second one as SIGKILL, and minds no Ctrl-C', async () => {
    const { run, signals, begun, read, exits } = start();
    const first = run(`trap 'echo asked; exit 7' TERM; echo on > begun; while :; do sleep 0.02; done`);
    await begun('begun');
    signals['SIGINT']!();
    signals['SIGTERM']!();
    expect(await first).toBe('\0end key exit 7\0');
    expect(read('out')).toBe('asked\n');
    const second = run(`trap '' TERM; echo on > deaf; while :; do sleep 0.02; done`, 2);
    await begun('deaf');
    signals['SIGTERM']!();
    signals['SIGTERM']!();
    expect(await second).toBe('\0end key signal 9\0');
    // Of the next one, the first is a first one again.
    const third = run(`trap 'exit 8' TERM; echo on > third; while :; do sleep 0.02; done`, 3);
    await begun('third');
    signals['SIGTERM']!();
    expect(await third).toBe('\0end key exit 8\0');
    expect(exits).toEqual([]);
  });

  test('without a command ends when it is asked to', () => {
    const { signals, exits } = start();
    signals['SIGTERM']!();
    expect(exits).toEqual([143]);
  });

  test('kills what a command leaves running', async () => {
    const { run, read } = start();
    await run('sleep 60 & echo $! > left');
    await vi.waitUntil(() => !runs(Number(read('left'))), { timeout: 20_000 });
  });

  test('kills its command and ends when nobody tells it anything any more', async () => {
    const { stdin, run, begun, read, exits } = start();
    const running = run('sleep 60 & echo $$ $! > both; wait');
    await begun('both');
    const all = read('both').trim().split(' ').map(Number);
    stdin.end();
    await once(stdin, 'end');
    expect(exits).toEqual([0]);
    expect(await running).toBe('\0end key signal 9\0');
    await vi.waitUntil(() => !all.some(runs), { timeout: 20_000 });
  });
});

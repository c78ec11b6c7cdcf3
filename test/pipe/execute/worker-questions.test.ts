import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ModuleRequest } from '../../../lib/pipe/execute/executor.ts';
import { WorkerPool } from '../../../lib/pipe/execute/worker-pool.ts';
import { temporaryDirectory } from '../store/temporary.ts';

/** In the place of the worker's program: what it does, the request's bundle says. Each answer names its process. */
const worker = `
  import { writeSync } from 'node:fs';
  process.on('message', ({ type, number, key, request }) => {
    const [what, text] = request.bundle.split(' ');
    const say = (answer) => {
      for (const stream of [process.stdout, process.stderr]) stream.write('\\0end ' + key + '\\0');
      process.send({ type: 'answer', number, answer });
    };
    const where = { pid: String(process.pid), word: process.env.WORD ?? '', cwd: process.cwd(), asked: type };
    if (what === 'die') writeSync(1, [1, 2, 3, 4, 5, 6, 7].map((line) => 'line ' + line + '\\n').join(''));
    if (what === 'die') process.exit(Number(text));
    if (what === 'hang') process.send({ type: 'progress', done: 1, total: 2, unit: 'x', note: '' });
    if (what === 'insist') process.on('SIGTERM', () => say({ type: 'done', undeclared: [] }));
    if (what === 'tell') {
      process.send({ type: 'warning', message: 'careful' });
      process.send({ type: 'progress', done: 3, total: 4, unit: 'rows', note: 'n', numbers: { loss: 1 } });
      process.send({ type: 'answer', number: number + 7, answer: { type: 'bad-input', message: 'of another' } });
      console.log('said');
    }
    if (what === 'tell' || what === 'done') say({ type: 'done', undeclared: ['a.csv'] });
    if (what === 'where') say({ type: 'checked', result: { issues: [], toolchain: where } });
    if (what === 'find') say({ type: 'examined', findings: [] });
    if (what === 'bad') say({ type: 'bad-input', message: 'no such file' });
    if (what === 'throw') say({ type: 'threw', message: 'oh', stack: 'at x' });
  });
  process.on('disconnect', () => process.exit());
`;

function open(special?: (bundle: string) => string | null) {
  const directory = temporaryDirectory();
  const entry = join(directory, 'worker.mjs');
  writeFileSync(entry, worker);
  const pool = new WorkerPool(directory, entry, ['false'], special);
  onTestFinished(() => pool.close());
  const { signal } = new AbortController();
  const asked = (bundle: string, env: Record<string, string> = {}) => ({
    ...{ bundle, python: null, params: {}, points: [], inputs: [], outputs: [], env },
  });
  const told: unknown[] = [];
  const listener = {
    progress: (...all: unknown[]) => told.push(['progress', ...all]),
    warning: (message: string) => told.push(['warning', message]),
    log: (name: string, line: string) => told.push([name, line]),
  };
  const module = (bundle: string, change: Partial<ModuleRequest> = {}): ModuleRequest => ({
    ...{ kind: 'use', task: 't', bundle, python: null, params: {}, parameters: '{}', point: {} },
    ...{
      previous: null,
      inputs: {},
      directories: [],
      outputs: {},
      threads: 1,
      memory: null,
      devices: [],
      env: {},
    },
    ...{ timeout: null, ...change },
  });
  return {
    directory,
    pool,
    told,
    check: (bundle: string, env?: Record<string, string>) => pool.check(asked(bundle, env), signal),
    examine: (bundle: string) => pool.examine({ bundle, params: {}, env: {} }, signal),
    run: (bundle: string, change?: Partial<ModuleRequest>, stop = signal) =>
      pool.execute(module(bundle, change), listener, stop),
    where: async (env?: Record<string, string>) => {
      const answer = await pool.check(asked('where', env), signal);
      if (answer.type !== 'checked') throw new Error(JSON.stringify(answer));
      return answer.result.toolchain!;
    },
  };
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a worker', () => {
  test('answers where the project lies, in the environment that it is given, and is asked again', async () => {
    const { where, directory } = open();
    const first = await where({ WORD: 'one' });
    expect(first).toMatchObject({ word: 'one', cwd: directory, asked: 'check' });
    expect(await where({ WORD: 'one' })).toEqual(first);
  });

  test('of another environment is another one, and the first makes room for it', async () => {
    const { where } = open();
    const first = await where({ WORD: 'one' });
    const second = await where({ WORD: 'two' });
    expect(second['word']).toBe('two');
    expect(second['pid']).not.toBe(first['pid']);
    expect((await where({ WORD: 'two' }))['pid']).toBe(second['pid']);
    expect((await where({ WORD: 'one' }))['pid']).not.toBe(first['pid']);
  });

  test('tells of a task what it prints, warns of and has done, and answers of no other', async () => {
    const { run, told } = open();
    expect(await run('tell')).toEqual({ type: 'done', undeclared: ['a.csv'] });
    expect(told).toEqual(
      expect.arrayContaining([
        ['warning', 'careful'],
        ['progress', 3, 4, 'rows', 'n', { loss: 1 }],
        ['out', 'said'],
      ]),
    );
    expect(told).toHaveLength(3);
  });

  test.each([
    ['bad', { type: 'failed', log: null, reason: 'bad-input', message: 'no such file' }],
    ['throw', { type: 'failed', log: null, reason: 'threw', message: 'oh', stack: 'at x' }],
    ['die 3', { type: 'failed', log: null, reason: 'exit-nonzero', status: 3, tail: [] }],
    // It ended, and answered nothing.
    ['die 0', { type: 'failed', log: null, reason: 'exit-nonzero', status: 0, tail: [] }],
  ])('fails its task when it says or does: %s', async (what, result) => {
    expect(await open().run(what)).toEqual(result);
  });

  test('is used again after a task that was given bad input, and not after one that threw', async () => {
    const { run, where } = open();
    const before = await where();
    await run('bad');
    expect(await where()).toEqual(before);
    await run('throw');
    expect((await where())['pid']).not.toBe(before['pid']);
  });

  test('is ended when its task takes too long, or the run is stopped', async () => {
    const { run, where } = open();
    const before = await where();
    expect(await run('hang', { timeout: 0.05 })).toMatchObject({ reason: 'timed-out', seconds: 0.05 });
    expect((await where())['pid']).not.toBe(before['pid']);
    const stop = new AbortController();
    const running = run('hang', {}, stop.signal);
    stop.abort();
    expect(await running).toMatchObject({ type: 'failed', reason: 'killed' });
  });

  test('that computes is killed at once when that is asked', async () => {
    const { pool, run, told } = open();
    const running = run('hang');
    while (told.length === 0) await new Promise(setImmediate);
    pool.kill();
    expect(await running).toMatchObject({ type: 'failed', reason: 'killed', signal: 'SIGKILL' });
  });

  test('says what it found, or why it could not be asked', async () => {
    const { check, examine } = open();
    expect(await examine('find')).toEqual({ type: 'examined', findings: [] });
    for (const ask of [check, examine]) {
      expect(await ask('bad')).toEqual({ type: 'failed', message: 'no such file' });
      expect(await ask('throw')).toEqual({ type: 'failed', message: 'oh', stack: 'at x' });
      expect(await ask('die 1')).toEqual({
        type: 'failed',
        message: 'the process that loaded the module ended\nline 3\nline 4\nline 5\nline 6\nline 7',
      });
    }
  });

  test('of a Python stage is the interpreter of that, told in JSON, on as many threads as its task has', async () => {
    const { directory, run } = open();
    const executable = join(directory, 'python');
    const speak = `
      process.once('disconnect', () => process.exit());
      process.on('message', ({ number, key, request }) => {
        const { OMP_NUM_THREADS: threads, WORD: word } = process.env;
        for (const stream of [process.stdout, process.stderr]) stream.write('\\0end ' + key + '\\0');
        const said = { type: 'bad-input', message: [threads, word, process.argv[2]].join() };
        // JSON knows no maps.
        const answer = request.bundle === 'map.py' ? { type: 'done', undeclared: new Map([[1, 2]]) } : said;
        process.send({ type: 'answer', number, answer });
      });`;
    writeFileSync(executable, `#!${process.execPath}\n${speak}`, { mode: 0o755 });
    const python = { executable, files: [], kept: '' };
    const asked = { python, threads: 3, env: { WORD: 'w' } };
    expect(await run('x.py', asked)).toMatchObject({ reason: 'bad-input', message: '3,w,-c' });
    expect(await run('map.py', asked)).toStrictEqual({ type: 'done', undeclared: {} });
  });

  test('is not given what it would wait for when it loads it, unless it has it in memory', async () => {
    const waits = new Set<string>();
    const { run, check, where } = open((bundle) => (waits.has(bundle) ? `/p/${bundle}` : null));
    waits.add('bad');
    expect(await run('bad')).toEqual({
      ...{ type: 'failed', log: null, reason: 'bad-input', message: '/p/bad is no file' },
    });
    expect(await check('bad')).toEqual({ type: 'failed', message: '/p/bad is no file' });
    const before = await where();
    expect(await run('done')).toMatchObject({ type: 'done' });
    waits.add('done').add('where');
    expect(await run('done')).toMatchObject({ type: 'done' });
    expect(await where()).toEqual(before);
    waits.clear();
    expect(await run('bad')).toMatchObject({ message: 'no such file' });
  });

  test('that answers after its time is not used again, though it lives', async () => {
    const { run, where } = open();
    const before = await where();
    // It hears of its end only once it listens for that.
    expect(await run('insist', { timeout: 0.5 })).toMatchObject({ type: 'failed', reason: 'timed-out' });
    expect((await where())['pid']).not.toBe(before['pid']);
  });

  test('goes when the pool is closed, whether it computes or waits', async () => {
    const { pool, run, where, told } = open();
    const idle = Number((await where({ WORD: 'other' }))['pid']);
    const running = run('hang');
    while (told.length === 0) await new Promise(setImmediate);
    await pool.close();
    expect(await running).toMatchObject({ type: 'failed' });
    await vi.waitUntil(() => !lives(idle), { timeout: 20_000 });
    const [last] = [Number((await where())['pid'])];
    await pool.close();
    await vi.waitUntil(() => !lives(last), { timeout: 20_000 });
  });

  test('that answers another question is a bug', async () => {
    const { check, examine, run } = open();
    await expect(check('find')).rejects.toThrow('another question');
    await expect(examine('where')).rejects.toThrow('another question');
    for (const what of ['find', 'where']) await expect(run(what)).rejects.toThrow('another question');
  });

  test('that cannot be started fails its task', async () => {
    const pool = new WorkerPool('/no/such/directory', '/no/worker.mjs', ['false']);
    const { signal } = new AbortController();
    const request = { bundle: 'find', params: {}, env: {} };
    expect(await pool.examine(request, signal)).toMatchObject({ type: 'failed' });
    await pool.close();
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WorkerProcess } from '../../../lib/pipe/execute/worker-process.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const limits = { timeout: null, grace: 1 };
const request = { type: 'examine', request: { bundle: 'b', params: {}, env: {} } } as const;

/** A worker that is this program, which may say `tell(…)` and `mark(key)`. */
function start(program: string) {
  const directory = temporaryDirectory();
  const helpers = `
    const tell = (message) => process.send(message);
    const mark = (key) => { for (const to of [process.stdout, process.stderr]) to.write('\\0end ' + key + '\\0'); };
    const answer = ({ number, key }) => { mark(key); tell({ type: 'answer', number, answer: { type: 'examined', findings: [] } }); };`;
  const kind = {
    program: [process.execPath, '-e', `${helpers}${program}`] as const,
    env: { PATH: process.env['PATH']! },
    serialization: 'advanced',
  } as const;
  const worker = new WorkerProcess(kind, directory);
  onTestFinished(() => worker.end());
  const told: unknown[] = [];
  const listener = {
    progress: (...all: unknown[]) => told.push(all),
    warning: (text: string) => told.push(text),
    log: (stream: string, text: string) => told.push([stream, text]),
  };
  const ask = (signal = new AbortController().signal) => worker.ask(request, listener, signal, limits);
  const read = (name: string) => {
    try {
      return readFileSync(join(directory, name), 'utf8');
    } catch {
      return '';
    }
  };
  return { worker, told, ask, read };
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const written = (read: () => string) => vi.waitUntil(() => read() !== '', { timeout: 20_000 });
const note = `require('fs').writeFileSync('pid', String(process.pid));`;

describe('a worker process', () => {
  test('answers one question after another', async () => {
    const { worker, ask } = start(
      `process.on('message', answer); process.on('disconnect', () => process.exit());`,
    );
    for (let i = 0; i < 2; i++) expect(await ask()).toEqual({ type: 'examined', findings: [] });
    expect(worker.alive).toBe(true);
    await worker.end();
    await vi.waitUntil(() => !worker.alive, { timeout: 20_000 });
    await worker.end();
  });

  test('that ended by itself is not alive, and fails what it is asked all the same', async () => {
    const { worker, ask } = start('process.exit(3);');
    await vi.waitUntil(() => !worker.alive, { timeout: 20_000 });
    expect(await ask()).toMatchObject({ type: 'failed', reason: 'exit-nonzero', status: 3 });
    worker.kill();
    await worker.end();
  });

  test('says nothing to anybody between two questions', async () => {
    const { told, ask } = start(`
      process.on('disconnect', () => process.exit());
      process.on('message', (message) => {
        answer(message);
        tell({ type: 'warning', message: 'late' });
        tell({ type: 'progress', done: 1, total: 1, unit: '', note: '' });
        setTimeout(() => tell({ type: 'answer', number: message.number, answer: { type: 'bad-input', message: 'x' } }), 20);
      });`);
    expect(await ask()).toEqual({ type: 'examined', findings: [] });
    expect(await ask()).toEqual({ type: 'examined', findings: [] });
    expect(told.filter((each) => Array.isArray(each) && each[0] === 'out')).toEqual([]);
  });

  test('has not answered before all is there that it printed', async () => {
    const { told, ask } = start(`
      process.on('disconnect', () => process.exit());
      process.on('message', ({ number, key }) => {
        tell({ type: 'answer', number, answer: { type: 'examined', findings: [] } });
        setTimeout(() => { console.log('printed'); mark(key); }, 50);
      });`);
    expect(await ask()).toEqual({ type: 'examined', findings: [] });
    expect(told).toEqual([['out', 'printed']]);
  });

  test('that hears nothing is killed when it is not needed any more, with what it started', async () => {
    const { worker, read } = start(`
      const child = require('child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
      require('fs').writeFileSync('child', String(child.pid));
      ${note}
      for (;;);`);
    await written(() => read('pid'));
    await worker.end();
    const pids = ['pid', 'child'].map((name) => Number(read(name)));
    await vi.waitUntil(() => !pids.some(lives), { timeout: 20_000 });
  });

  test('that was killed is told at once, though what it started holds its streams open', async () => {
    const { worker, ask, read } = start(`
      const child = require('child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true });
      process.on('message', () => { require('fs').writeFileSync('child', String(child.pid)); process.kill(process.pid, 'SIGKILL'); });`);
    const result = await ask();
    process.kill(Number(read('child')), 'SIGKILL');
    expect(result).toMatchObject({ type: 'failed', reason: 'killed', signal: 'SIGKILL' });
    expect(worker.alive).toBe(false);
  });

  test('that is stopped is told so, whatever it answers then', async () => {
    const stop = new AbortController();
    const { ask, told } = start(`
      process.on('disconnect', () => process.exit());
      process.on('message', (message) => {
        process.on('SIGTERM', () => answer(message));
        tell({ type: 'warning', message: 'begun' });
      });`);
    const asked = ask(stop.signal);
    await vi.waitUntil(() => told.length > 0, { timeout: 20_000 });
    stop.abort();
    expect(await asked).toMatchObject({ type: 'failed', reason: 'killed', signal: 'SIGTERM' });
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { asNice, letGo, signalGroup } from '../../../lib/pipe/execute/child.ts';

test.skipIf(!existsSync('/proc/self/autogroup')).each([
  [7, /nice 7$/],
  [0, /nice 0$/],
])('a session of its own is as nice as the process that starts it: %s', (nice, expected) => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  asNice(child, nice);
  expect(readFileSync(`/proc/${child.pid}/autogroup`, 'utf8').trim()).toMatch(expected);
});

test('a child that gives way less than others, or could not be started, is left as it is', () => {
  const child = spawn('/no/such/program', { stdio: 'ignore' });
  child.on('error', () => undefined);
  asNice(child, 7);
  signalGroup(child, 'SIGKILL');
  const own = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => {
    own.kill('SIGKILL');
  });
  asNice(own, -5);
  if (existsSync('/proc/self/autogroup'))
    expect(readFileSync(`/proc/${own.pid}/autogroup`, 'utf8').trim()).toMatch(/nice 0$/);
});

test('a signal reaches the group of a child; one that is gone is no error, one that may not be sent is', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pid] = (await once(child.stdout, 'data')) as [Buffer];
  signalGroup(child, 'SIGKILL');
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  const gone = () =>
    !existsSync(`/proc/${Number(pid)}`) || / Z /.test(readFileSync(`/proc/${Number(pid)}/stat`, 'utf8'));
  await vi.waitUntil(gone, { timeout: 20_000 });
  signalGroup(child, 'SIGKILL');
  const sent = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('not allowed'), { code: 'EPERM' });
  });
  try {
    expect(() => {
      signalGroup(child, 'SIGTERM');
    }).toThrow('not allowed');
    expect(sent).toHaveBeenCalledWith(-child.pid!, 'SIGTERM');
  } finally {
    sent.mockRestore();
  }
});

test('a child that is let go of holds nothing open here', () => {
  const child = spawn('sleep', ['60'], { stdio: 'pipe' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  letGo(child);
  for (const stream of [child.stdin, child.stdout, child.stderr]) expect(stream.destroyed).toBe(true);
  letGo(spawn('true', { stdio: 'ignore' }));
});

test.skipIf(process.platform === 'win32')('where no file can be opened any more, says so at once', () => {
  const place = (path: string) => JSON.stringify(join(import.meta.dirname, '../../../lib/pipe', path));
  const contents = `
    import { openSync } from 'node:fs';
    import { start } from ${place('execute/child.ts')};
    import { refusalText } from ${place('report/refusal.ts')};
    import { refusalIn } from ${place('store/refused.ts')};
    try { for (;;) openSync('/dev/null'); } catch {}
    try { start(['/bin/true'], { stdio: 'pipe' }); } catch (error) { console.log(refusalText(refusalIn(error))); }`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
  });
  const command = ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, '-e', outputFiles[0]!.text];
  const { stdout, status } = spawnSync('sh', command, { encoding: 'utf8' });
  expect(stdout).toBe(
    'could not start /bin/true: too many files are open (`ulimit -n` says how many may be)\n',
  );
  expect(status).toBe(0);
});

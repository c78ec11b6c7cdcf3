import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasLaggingMount, hasSlurm, laggingMount, startSlurm, type Slurm } from '../pipe/sites/slurm.ts';
import { fractions, nightly } from '../pipe/run/kills.ts';
import { counted, segments, timesRun, until } from './jobs.ts';
import { newProject, type Project } from './project.ts';
import { small, study } from './small-study.ts';

const all = ['1', '2', '3', '4', '5', '6'];
const program = resolve(import.meta.dirname, '../../lib/pipe/dist/pipe.js');

/** What takes minutes on a real Slurm: its own time limits are at least one. */
describe.skipIf(!hasSlurm || !nightly)('on Slurm, where it takes minutes', () => {
  let slurm: Slurm;
  const made = (files: Record<string, string>, env: Record<string, string> = {}): Project =>
    newProject(files, { ...slurm.env, ...env });
  beforeAll(() => {
    slurm = startSlurm();
  });
  afterAll(() => {
    slurm.stop();
  });

  test('drivers killed at ten moments: the last one ends, and no task ran twice', async () => {
    const project = made(counted('sleep 3'));
    const fraction = fractions(1);
    for (let kill = 0; kill < 10; kill++) {
      const run = project.start('run', '--on', 'slurm');
      await sleep(300 + 2500 * fraction.next().value);
      run.child.kill('SIGKILL');
      await run.ended;
    }
    const { status } = await project.pipe('run', '--on', 'slurm');
    expect([status, timesRun(project)]).toEqual([0, all]);
  }, 300_000);

  test('two drivers of one store at once compute nothing twice', async () => {
    const cache = realpathSync(slurm.directory);
    const env = { PIPE_CACHE_DIR: join(cache, 'shared') };
    const [one, two] = [made(counted('sleep 4'), env), made(counted('sleep 4'), env)];
    const ends = await Promise.all([one.pipe('run', '--on', 'slurm'), two.pipe('run', '--on', 'slurm')]);
    expect(ends.map(({ status, err }) => [status, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect([...timesRun(one), ...timesRun(two)].sort()).toEqual(all);
    expect(one.read('pipe.lock')).toBe(two.read('pipe.lock'));
  }, 300_000);

  test('the tasks of a node that is lost run again on others, and the rest once', async () => {
    const project = made(counted('sleep 25'));
    const run = project.start('run', '--on', 'slurm');
    await until(() => timesRun(project).length === 6);
    const rows = slurm.call('squeue', '--noheader', '--array', '--states=RUNNING', '--format=%N %A').trim();
    const here = rows.split('\n').flatMap((row) => (row.startsWith('n1 ') ? [row.slice(3)] : []));
    expect(here.length).toBeGreaterThan(0);
    const daemon = readFileSync(join(slurm.directory, 'run/slurmd-n1.pid'), 'utf8').trim();
    // All that a machine takes with it: its daemon, and of each job what watches it and what it runs.
    for (const pid of [daemon, ...here.flatMap((id) => processesOf(id, slurm))]) kill(Number(pid));
    const { status, out } = await run.ended;
    expect(out).toContain('ended without an answer (NODE_FAIL); it goes into another');
    expect([status, timesRun(project).length], out).toEqual([0, 6 + here.length]);
    slurm.up();
  }, 300_000);

  test('more time than it asked for is told as that, and a list is gone up', async () => {
    const short = made(counted('sleep 170', '', '{ time: 1 min }'));
    const long = made(counted('sleep 170', '', '{ time: [1 min, 4 min] }'));
    const [little, more] = await Promise.all([
      short.pipe('run', '--on', 'slurm', 'word@n=1'),
      long.pipe('run', '--on', 'slurm', 'word@n=1'),
    ]);
    expect(little.status).toBe(1);
    expect(little.out).toMatch(/word@n=1: its job was ended after/);
    expect([more.status, timesRun(long)]).toEqual([0, ['1', '1']]);
  }, 900_000);

  test('a chain for which the time of a job is too short goes on in the next, from its last segment', async () => {
    // It is given the time of one task and a minute, which four fit into.
    const project = made(segments(25_000, '{ time: 1 min }'));
    const { status } = await project.pipe('run', '--on', 'slurm');
    expect([status, timesRun(project)]).toEqual([0, all]);
    expect(project.read('artifacts/sum/step=6/sum.txt')).toBe('21\n');
    const rows = slurm.call('squeue', '--noheader', '--array', '--states=all', '--format=%Z');
    const jobs = rows.split('\n').filter((folder) => folder.startsWith(project.directory));
    expect(jobs).toHaveLength(2);
  }, 900_000);

  test('the study has byte for byte the lock that it has here', async () => {
    const here = study();
    await here.pipe('run', ...small);
    const there = study(slurm.env);
    there.write('pipe.local.yaml', 'sites: { slurm: { memory: 1900 MB } }\n');
    const { status, err, out } = await there.pipe('run', '--on', 'slurm', ...small);
    expect([status, err], out).toEqual([0, '']);
    expect(there.read('pipe.lock')).toBe(here.read('pipe.lock'));
  }, 900_000);

  test.skipIf(!hasLaggingMount)(
    'a driver that sees files five seconds late has the same lock, and nothing runs twice',
    async () => {
      const here = made(counted('true'));
      await here.pipe('run');
      const project = made(counted('true'));
      const words = [
        ...laggingMount(5, project.directory),
        process.execPath,
        program,
        'run',
        '--on',
        'slurm',
      ];
      const child = spawn('bash', words, {
        env: { PATH: process.env['PATH'], HOME: '/', ...slurm.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      const [status] = (await once(child, 'exit')) as [number | null];
      expect([status, said]).toEqual([0, expect.stringContaining('done: 7 ran')]);
      expect(timesRun(project)).toEqual(all);
      expect(project.read('pipe.lock')).toBe(here.read('pipe.lock'));
    },
    300_000,
  );
});

/** What of one job runs: what watches it, and its session. Another Slurm on this machine has jobs of the same number. */
function processesOf(id: string, { env }: Slurm): string[] {
  const all = execFileSync('pgrep', ['-f', `slurmstepd: \\[${id}\\.`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const configuration = `SLURM_CONF=${env['SLURM_CONF']!}`;
  const watch = all.filter((pid) => variablesOf(pid).includes(configuration));
  expect(watch.length).toBeGreaterThan(0);
  const children = watch.flatMap((pid) => descendants(pid));
  return [...watch, ...children];
}

/** Those that it was started with; none of one that has ended. */
function variablesOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function descendants(pid: string): string[] {
  let own: string[];
  try {
    own = execFileSync('pgrep', ['-P', pid], { encoding: 'utf8' }).trim().split('\n').filter(Boolean);
  } catch {
    return [];
  }
  return own.flatMap((child) => [child, ...descendants(child)]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with another one.
  }
}

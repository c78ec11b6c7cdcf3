import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasNginx, startNginx } from '../pipe/remote/nginx.ts';
import { hasSlurm, startSlurm, type Slurm } from '../pipe/sites/slurm.ts';
import { nodesApart, within } from './apart.ts';
import { counted, segments, timesRun, until } from './jobs.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

/** A chain of modules that write where nodes have something of their own. */
const segmented = Object.fromEntries(
  Object.entries(segments(0)).map(([name, text]) => [name, text.replace("'ran'", "'THERE/ran'")]),
);

describe.skipIf(!hasSlurm)('on Slurm', () => {
  let slurm: Slurm;
  const made = (files: Record<string, string>): Project => newProject(files, slurm.env);
  const jobs = (): string => slurm.call('squeue', '--noheader', '--states=PENDING,RUNNING', '--format=%i');
  /** Jobs that end are listed too, as long as Slurm has not seen all of them end. */
  const listed = (): string => slurm.call('squeue', '--noheader', '--format=%i');
  beforeAll(() => {
    slurm = startSlurm();
  });
  afterAll(() => {
    slurm.stop();
  });

  test('a pipeline of modules and chains has the lock that it has here, and leaves no files of jobs', async () => {
    const here = made(chain);
    await here.pipe('run');
    const there = made(chain);
    const { status, err } = await there.pipe('run', '--on', 'slurm');
    expect([status, err]).toEqual([0, '']);
    expect(there.read('pipe.lock')).toBe(here.read('pipe.lock'));
    expect(Object.keys(there.files()).filter((path) => path.startsWith('cache/jobs'))).toEqual([]);
  });

  test.skipIf(!hasNginx)(
    'through a remote cache alone, on nodes that do not see the project, it has the lock that it has here',
    async () => {
      const { http } = await startNginx();
      const { project, there } = nodesApart(segmented, slurm.env, (hidden) => ({
        remote: `${http}/open`,
        // The script of a job starts itself anew where the project is an empty directory.
        setup: `[ -n "$APART" ] || APART=1 exec ${hidden} "$0"`,
      }));
      const { status, out, err } = await project.pipe('run', '--on', 'far');
      expect([status, err], out).toEqual([0, '']);
      const here = made(within(segmented, there));
      await here.pipe('run');
      expect(project.read('pipe.lock')).toBe(here.read('pipe.lock'));
      expect(project.read('artifacts/sum/step=6/sum.txt')).toBe('21\n');
      expect(readFileSync(join(there, 'ran'), 'utf8')).toBe('1\n2\n3\n4\n5\n6\n'.repeat(2));
    },
  );

  test('a driver that is killed leaves its jobs, and the next one takes them up: nothing runs twice', async () => {
    const project = made(counted('sleep 2'));
    const first = project.start('run', '--on', 'slurm');
    await until(() => project.exists('ran'));
    first.child.kill('SIGKILL');
    await first.ended;
    const { status, out, err } = await project.pipe('run', '--on', 'slurm');
    expect([status, timesRun(project)], out + err).toEqual([0, ['1', '2', '3', '4', '5', '6']]);
    expect(project.read('artifacts/all/a.txt')).toBe('1\n2\n3\n4\n5\n6\n');
  });

  test('stopped by Ctrl-C, it takes its jobs back, and waits until they are gone', async () => {
    const project = made(counted('sleep 600'));
    const run = project.start('run', '--on', 'slurm');
    await until(() => project.exists('ran'));
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    expect([status, jobs()]).toEqual([130, '']);
  });

  test('with --detach jobs go on without a driver, and a later run takes what they made', async () => {
    const project = made(counted('sleep 1'));
    const left = await project.pipe('run', '--on', 'slurm', '--detach');
    expect(left.err).toBe('');
    await until(() => listed() === '' && timesRun(project).length === 6);
    const { status, out } = await project.pipe('run', '--on', 'slurm');
    expect(status).toBe(0);
    expect(out).toMatch(/6 restored/);
    expect(timesRun(project)).toHaveLength(6);
  });

  test('from another shell, status says what waits and runs where, and log what a task printed so far', async () => {
    const project = made(counted('echo said by {n}; sleep 600'));
    await project.pipe('run', '--on', 'slurm', '--detach');
    await until(() => timesRun(project).length === 6);
    const { out } = await project.pipe('status');
    expect(out).toMatch(/^in jobs of slurm: \d running/m);
    expect(out).toMatch(/running +word@n=1 +job \d+_0 +on n\d +RUNNING/);
    const { jobs: told } = JSON.parse((await project.pipe('status', '--json')).out) as { jobs: unknown[] };
    expect(told).toHaveLength(6);
    await until(async () => (await project.pipe('log', '--task', 'word@n=2')).out === 'said by 2\n');
    slurm.call('scancel', ...jobs().trim().split('\n'));
    await until(() => listed() === '');
    const { out: after } = await project.pipe('status');
    expect(after).toMatch(/gone +word@n=1 /);
    expect(after).toContain('`pipe run --on` starts again what has no job');
  });

  test('a failure is told as it is here, with what was printed', async () => {
    const project = made(counted('echo no luck >&2; exit 3'));
    const { status, out } = await project.pipe('run', '--on', 'slurm', '--keep-going', 'word@n=1');
    expect(status).toBe(1);
    expect(out).toContain('word@n=1: it ended with exit status 3');
    expect(out).toContain('| no luck');
  });

  test('a job that somebody cancels is told as that, once', async () => {
    const project = made(counted('sleep 600'));
    const run = project.start('run', '--on', 'slurm', 'word@n=1');
    await until(() => project.exists('ran'));
    slurm.call('scancel', ...jobs().trim().split('\n'));
    const { status, out } = await run.ended;
    expect(status).toBe(1);
    expect(out).toMatch(/word@n=1: somebody cancelled its job \d+_0/);
  });

  test('more memory than it asked for is told as that, and a list is gone up', async () => {
    const eats = 'node -e "const b = Buffer.alloc(250e6, 1); setTimeout(() => b, 3000)"';
    const files = (memory: string): Record<string, string> => counted(eats, '', `{ memory: ${memory} }`);
    const little = await made(files('150 MB')).pipe('run', '--on', 'slurm', 'word@n=1');
    expect(little.out).toContain('its job needed more memory than 150 MB');
    const more = made(files('[150 MB, 1 GB]'));
    const { status, out } = await more.pipe('run', '--on', 'slurm', 'word@n=1');
    expect([status, timesRun(more)]).toEqual([0, ['1', '1']]);
    expect(out).toContain('it goes into another');
  });

  test('what Slurm does not take is told in its words', async () => {
    const project = made({
      ...counted('true'),
      'pipe.local.yaml': 'sites: { slurm: { partition: none } }\n',
    });
    const { status, out } = await project.pipe('run', '--on', 'slurm', 'word@n=1');
    expect(status).toBe(1);
    expect(out).toMatch(/slurm did not take its job: .*partition/i);
  });

  // Last of those with jobs: one that was killed may give the number of an earlier job to a new one; one of those was seen cancelled.
  test('a controller that is away for a while is waited for', async () => {
    const project = made(counted('sleep 6'));
    const run = project.start('run', '--on', 'slurm');
    await until(() => project.exists('ran'));
    const pid = Number(readFileSync(join(slurm.directory, 'run/slurmctld.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await sleep(8000);
    slurm.up();
    const { status } = await run.ended;
    expect([status, timesRun(project)]).toEqual([0, ['1', '2', '3', '4', '5', '6']]);
  });

  test('a name that is no site is refused with those that there are', async () => {
    const { status, err } = await made(counted('true')).pipe('run', '--on', 'slurn');
    expect([status, err]).toEqual([
      2,
      'error: --on slurn: there is no such site\nhint: did you mean `slurm`?\n',
    ]);
  });
});

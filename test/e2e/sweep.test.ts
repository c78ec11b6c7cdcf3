import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { CacheServer } from '../pipe/remote/cache-server.ts';
import { newProject, type Project } from './project.ts';

/** Each run of `train` leaves a line; with the rate 0.125 it waits for the file `go`, and with 9 it fails. */
const files = {
  'pipeline.yaml': `version: 1
params: { train: { rate: 0.5, seed: 0 } }
stages:
  data: { cmd: 'echo data >> ran; echo 1 > {outputs.d}', outputs: { d: d.txt } }
  train:
    cmd: |
      if [ {params.train.rate} = 0.125 ]; then touch waits; while [ ! -e go ]; do sleep 0.05; done; fi
      echo {params.train.rate} {params.train.seed} >> ran
      [ {params.train.rate} != 9 ]
      printf '{"loss": %s%s}' {params.train.rate} {params.train.seed} > {outputs.scores}
      test -s {inputs.d}
    params: [train]
    inputs: { d: data.d }
    outputs: { scores: scores.json }
    metrics: [scores]
`,
};
const grid = ['--grid', 'rate=0.5,0.25,0.125,1,2', '--grid', 'seed=0..2'];

function ran(project: Project): string[] {
  return project.read('ran').trim().split('\n').sort();
}

function laidOut(project: Project): string[] {
  const directory = join(project.directory, 'artifacts/.experiments');
  return project.exists('artifacts/.experiments') ? readdirSync(directory) : [];
}

const everything = [0.5, 0.25, 0.125, 1, 2]
  .flatMap((rate) => [0, 1, 2].map((seed) => `${rate} ${seed}`))
  .concat('data')
  .sort();

describe('a sweep', () => {
  test.each(['SIGKILL', 'SIGINT'] as const)(
    'stopped in the middle by %s goes on where it was, and runs nothing twice that had ended',
    async (signal) => {
      const project = newProject(files);
      const first = project.start('sweep', ...grid, '--jobs', '1');
      await first.until('finished  rate=0.5,seed=0');
      await vi.waitUntil(() => project.exists('waits'), { timeout: 60_000 });
      first.child.kill(signal);
      const { status, out } = await first.ended;
      expect(status).toBe(signal === 'SIGINT' ? 130 : null);
      const ended = [...out.matchAll(/^finished {2}rate=(.*),seed=(\d)/gm)].map(
        ([, rate, seed]) => `${rate} ${seed}`,
      );
      expect((await project.pipe('table')).out).toContain(signal === 'SIGINT' ? 'stopped' : 'interrupted');
      project.write('go', '');
      const again = await project.pipe('sweep', ...grid, '--jobs', '2');
      expect(again.err).toBe('');
      expect(again.out).toContain('done: 15 finished in ');
      expect(again.status).toBe(0);
      expect([...new Set(ran(project))]).toEqual(everything);
      for (const once of ended) expect(ran(project).filter((line) => line === once)).toEqual([once]);
      expect(laidOut(project)).toEqual([]);
      expect(project.exists('pipe.lock')).toBe(false);
      const rows = (await project.pipe('table', '--csv', '--sort', 'rate')).out.trim().split('\n');
      expect(rows.map((row) => row.split(',').slice(0, 4).join(' '))).toEqual([
        'experiment state n train.rate',
        'rate=0.125 finished 3 0.125',
        'rate=0.25 finished 3 0.25',
        'rate=0.5 finished 3 0.5',
        'rate=1 finished 3 1',
        'rate=2 finished 3 2',
      ]);
    },
  );

  test('takes results from the remote cache, numbers for the table too, and gives them to it', async () => {
    const server = await CacheServer.start();
    const local = (write: boolean) => `remote: { url: '${server.url}', write: ${write} }\n`;
    const some = ['--grid', 'rate=0.5,0.25', '--grid', 'seed=0,1'];
    const first = newProject({ ...files, 'pipe.local.yaml': local(true) });
    expect((await first.pipe('sweep', ...some)).status).toBe(0);
    const second = newProject({ ...files, 'pipe.local.yaml': local(false) });
    const { out, err, status } = await second.pipe('sweep', ...some);
    expect([err, status]).toEqual(['', 0]);
    expect(out).toContain('done: 4 finished in ');
    expect(second.exists('ran')).toBe(false);
    const table = async (project: Project) => (await project.pipe('table', '--csv')).out;
    expect(await table(second)).toBe(await table(first));
    const alone = newProject({ ...files, 'pipe.local.yaml': local(false) });
    expect((await alone.pipe('sweep', ...some, '--no-remote')).status).toBe(0);
    expect(ran(alone)).toHaveLength(5);
  });

  test('is not held up by a remote cache that is away, and says so once', async () => {
    const server = await CacheServer.start();
    const project = newProject({ ...files, 'pipe.local.yaml': `remote: '${server.url}'\n` });
    await server.goWrong({ fault: 'exit' });
    const { out, status } = await project.pipe('sweep', '--grid', 'rate=0.5,0.25', '--grid', 'seed=0,1');
    expect(status).toBe(0);
    expect(out.match(/^warning/gm)).toHaveLength(1);
    expect(out).toContain('done: 4 finished in ');
  });

  test('goes on when one of its experiments fails, and says so in the end', async () => {
    const project = newProject(files);
    const { out, status } = await project.pipe('sweep', '--grid', 'rate=9,0.5', '--grid', 'seed=0,1');
    expect(status).toBe(1);
    expect(out).toContain('failed  rate=9,seed=0: train: it ended with exit status 1');
    expect(out).toContain('done: 2 finished, 2 failed in ');
    expect(ran(project)).toEqual(['0.5 0', '0.5 1', '9 0', '9 1', 'data']);
    expect((await project.pipe('table')).out).toMatch(/rate=9 +failed/);
  });

  test('shows its experiments without running them, and events of all as JSON', async () => {
    const project = newProject(files);
    expect((await project.pipe('sweep', '--grid', 'rate=0.5,0.25', '--name', 'r', '--dry-run')).out).toBe(
      `\
r@rate=0.5   train.rate=0.5
r@rate=0.25  train.rate=0.25
2 experiments
`.replace('r@rate=0.5   ', 'r@rate=0.5  '),
    );
    expect(project.exists('experiments')).toBe(false);
    const { out } = await project.pipe('sweep', '--grid', 'rate=0.5,0.25', '--json');
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(events.map(({ experiment }) => experiment))).toEqual(new Set(['rate=0.5', 'rate=0.25']));
    expect(events.filter(({ type }) => type === 'run-finished')).toHaveLength(2);
  });

  test('refuses a grid with a mistake before anything runs', async () => {
    const project = newProject(files);
    const said = async (...args: string[]) => (await project.pipe('sweep', ...args)).err;
    expect(await said()).toContain('a sweep needs `--grid`');
    expect(await said('--grid', 'rat=1')).toContain(
      'there is no parameter `rat`\nhint: did you mean `rate`?',
    );
    expect(await said('--grid', 'rate')).toContain('says no values');
    expect(await said('--grid', 'rate=1,1')).toContain('`1` is given twice');
    expect(await said('--grid', 'rate=1', '--grid', 'train.rate=2')).toContain('`train.rate` is given twice');
    expect(await said('--grid', 'rate=uniform(0,1)')).toContain('`--random N`');
    expect(await said('--grid', 'rate=1', 'trian')).toContain('trian');
    await project.pipe('run', '--as', 'rate=1', '--set', 'train.rate=2');
    expect(await said('--grid', 'rate=1')).toContain('there is an experiment `rate=1`, with train.rate=2');
  });
});

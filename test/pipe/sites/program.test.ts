import { expect, test } from 'vitest';
import { programRunner } from '../../../lib/pipe/sites/program.ts';

const own = { PATH: process.env['PATH'] };

test('what an outer job or settings of a user say by variables has no say in what an engine is asked', async () => {
  const inherited = {
    SBATCH_PARTITION: 'x',
    SQUEUE_FORMAT: 'x',
    SLURM_JOB_ID: '1',
    SLURM_CPUS_PER_TASK: '9',
  };
  const run = programRunner({ ...own, ...inherited, SLURM_CONF: '/etc/slurm.conf' });
  const { out } = await run(['env']);
  const names = out.split('\n').flatMap((line) => /^(S[A-Z]+_\w+)=/.exec(line)?.[1] ?? []);
  expect(names).toEqual(['SLURM_CONF']);
});

test('one that hangs is given up with all that it has started', async () => {
  const run = programRunner(own, 0.5);
  const { status } = await run(['sh', '-c', 'sleep 600 & echo $!; wait']);
  expect(status).toBe(null);
});

test('one that is not there has no status, and its reader need not read', async () => {
  expect(await programRunner(own)(['no-such-program'])).toMatchObject({ status: null, out: '' });
  expect(await programRunner(own)(['true'], 'x'.repeat(1 << 20))).toMatchObject({ status: 0 });
});

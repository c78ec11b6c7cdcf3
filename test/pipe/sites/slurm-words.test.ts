import { expect, test } from 'vitest';
import {
  sbatchWords,
  scancelWords,
  squeueWords,
  statesOf,
  submittedOf,
} from '../../../lib/pipe/sites/slurm.ts';

const ran = (status: number | null, out: string, err = '') => ({ status, out, err });
const batch = '20300101T000000-aaaaaaaa';
const needs = { threads: 2, gpus: 0, memory: null, time: null };
const plain = { partition: null, account: null, options: [] };

// As Slurm 22.05.8 wrote it, where it could be had to: a bound of a QOS and an answer that times out are by its manual.
test.each<[string, string, string]>([
  ['taken', '26\n', ''],
  ['taken', '26;cluster\n', ''],
  ['taken', '26\n', 'sbatch: warning: can not run 1 processes on 2 nodes, setting nnodes to 1\n'],
])('an array that is taken is known by its number (%s %j)', (type, out, err) => {
  expect(submittedOf(ran(0, out, err))).toEqual({ type, id: '26' });
});

test.each<['refused' | 'unsure' | 'later', number | null, string, string]>([
  [
    'refused',
    1,
    'sbatch: error: invalid partition specified: none\nsbatch: error: Batch job submission failed: Invalid partition name specified\n',
    'invalid partition specified: none\nBatch job submission failed: Invalid partition name specified',
  ],
  [
    'refused',
    1,
    'sbatch: error: Memory specification can not be satisfied\nsbatch: error: Batch job submission failed: Requested node configuration is not available\n',
    'Memory specification can not be satisfied\nBatch job submission failed: Requested node configuration is not available',
  ],
  ['refused', 255, 'sbatch: error: Invalid --time specification\n', 'Invalid --time specification'],
  [
    'refused',
    1,
    'sbatch: error: Batch job submission failed: Invalid node name specified\n',
    'Batch job submission failed: Invalid node name specified',
  ],
  ['refused', null, 'spawn sbatch ENOENT', 'there is no program sbatch'],
  [
    'unsure',
    1,
    'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n',
    'Batch job submission failed: Unable to contact slurm controller (connect failure)',
  ],
  [
    'unsure',
    1,
    'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n',
    'Batch job submission failed: Socket timed out on send/recv operation',
  ],
  ['unsure', null, '', 'sbatch ended with no status'],
  [
    'later',
    1,
    "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n",
    "QOSMaxSubmitJobPerUserLimit\nBatch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
  ],
])('a submission that is not taken is %s (status %j, %j)', (type, status, err, message) => {
  expect(submittedOf(ran(status, '', err))).toEqual({ type, message });
});

test('an end without an error and without a number is not taken for either', () => {
  expect(submittedOf(ran(0, '')).type).toBe('unsure');
});

test('states are read element by element, and what is not ours is left out', () => {
  const out = `1_0|COMPLETED|n1|pipe-${batch}|None
26_0|PENDING||pipe-${batch}|JobArrayTaskLimit
21_0|RUNNING|n2|pipe-${batch}|None
7_3|PENDING||pipe-${batch}|ReqNodeNotAvail, UnavailableNodes:n[1-3]
30|RUNNING|n1|somebody|None
31_1|RUNNING|n1|bash|None
`;
  expect(statesOf(ran(0, out))).toEqual([
    { batch, index: 0, id: '1', state: 'COMPLETED', node: 'n1', reason: 'None' },
    { batch, index: 0, id: '26', state: 'PENDING', node: '', reason: 'JobArrayTaskLimit' },
    { batch, index: 0, id: '21', state: 'RUNNING', node: 'n2', reason: 'None' },
    {
      ...{ batch, index: 3, id: '7', state: 'PENDING', node: '' },
      reason: 'ReqNodeNotAvail, UnavailableNodes:n[1-3]',
    },
  ]);
});

test('an answer of nothing is no state of anything, and an error is no answer', () => {
  expect(statesOf(ran(0, ''))).toEqual([]);
  expect(
    statesOf(ran(1, '', 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n')),
  ).toBe(null);
  expect(statesOf(ran(null, '', 'spawn squeue ENOENT'))).toBe(null);
});

test('needs are said in the words of sbatch, rounded up; what is null is left to the site', () => {
  const submission = { batch, count: 3, needs, exclude: [], most: null };
  const some = sbatchWords(submission, plain, '/a %b/jobs');
  expect(some).toContain('--array=0-2');
  expect(some).toContain('--output=/a %%b/jobs/%a.log');
  expect(some.filter((word) => /--(?:mem|time|gres|partition|exclude)/.test(word))).toEqual([]);
  const more = sbatchWords(
    {
      ...{ ...submission, exclude: ['n1', 'n4'], most: 2 },
      needs: { threads: 2, gpus: 1, memory: 2 ** 30 + 1, time: 61 },
    },
    { partition: 'long', account: 'vision', options: ['--qos=low'] },
    '/jobs',
  );
  expect(more).toEqual(
    expect.arrayContaining([
      ...['--array=0-2%2', '--gres=gpu:1', '--mem=1025M', '--time=2', '--partition=long'],
      ...['--account=vision', '--exclude=n1,n4', '--cpus-per-task=2', '--no-requeue', '--export=NONE'],
    ]),
  );
  expect(more.at(-1)).toBe('--qos=low');
});

test('all jobs are asked for at once: by name while the names fit into a command, else all of one user', () => {
  expect(squeueWords([batch, 'b'])).toContain(`--name=pipe-${batch},pipe-b`);
  expect(squeueWords(Array.from({ length: 1001 }, (_, index) => String(index)))).toContain('--me');
});

test('arrays are cancelled by one call, and those whose number is not known by name', () => {
  expect(scancelWords(['12', '13', 'name:b'], true)).toEqual([
    ['scancel', '--quiet', '--state=PENDING', '12', '13'],
    ['scancel', '--quiet', '--state=PENDING', '--name=pipe-b'],
  ]);
});

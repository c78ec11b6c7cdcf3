import { expect, test } from 'vitest';
import { jobLines } from '../../../lib/pipe/report/jobs.ts';
import { tasksInJobs } from '../../../lib/pipe/sites/jobs-now.ts';
import { printedInJob } from '../../../lib/pipe/sites/seen-jobs.ts';
import { writeBatch, type JobLine } from '../../../lib/pipe/sites/protocol.ts';
import { claimElement, RealFolders } from '../../../lib/pipe/sites/real-folders.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { thisProcess } from '../../../lib/pipe/store/process-identity.ts';
import { temporaryDirectory } from '../store/temporary.ts';

const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}` as const;
const needs = { threads: 1, gpus: 0, memory: null, time: null };
/** No engine is to be found. */
const nowhere = { PATH: '/nowhere' };

/** A batch of three jobs, of which these have said something. */
function batch(said: Readonly<Record<number, readonly JobLine[]>>, project?: string) {
  const directory = temporaryDirectory();
  const layout = layoutOf(directory);
  const folders = new RealFolders(layout, thisProcess());
  const head = { pipe: 1, site: 'big', driver: thisProcess(), project: project ?? directory, at: 0 } as const;
  const tasks = [0, 0, 1, 2].map((element, n) => ({
    ...{ element, fingerprint: digest(n), task: `train@n=${n}`, expected: null, ticket: null },
  }));
  const name = '20300101T000000-abcdefgh';
  folders.create(name, writeBatch({ ...head, jobs: 3, needs, common: null }, tasks));
  folders.append(name, '{"job":"12"}\n');
  for (const [element, lines] of Object.entries(said))
    claimElement(
      folders.path(name),
      Number(element),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  return layout;
}

const begun = { t: 'begun', job: '12_0', node: 'n3', at: 1 } as const;

test('tasks of jobs that did not begin wait, the one that a job is at runs, answered ones are not told of', async () => {
  const layout = batch({
    0: [
      begun,
      { t: 'started', f: digest(0), at: 1 },
      { t: 'answer', f: digest(0), answer: { type: 'done', outputs: {}, ms: 1, undeclared: [], blobs: [] } },
      { t: 'started', f: digest(1), at: 2 },
      { t: 'progress', f: digest(1), done: 12, total: 40, unit: 'epochs', note: '' },
    ],
    2: [{ t: 'revoked', at: 3 }],
  });
  const tasks = await tasksInJobs(layout, nowhere);
  expect(tasks.map(({ task, state, job, node }) => [task, state, job, node])).toEqual([
    ['train@n=1', 'running', '12_0', 'n3'],
    ['train@n=2', 'waiting', '12_1', null],
  ]);
  expect(jobLines(tasks)).toEqual([
    'in jobs of big: 1 running, 1 waiting',
    '  running  train@n=1  job 12_0  on n3  12 of 40 epochs',
    '  waiting  train@n=2  job 12_1',
  ]);
});

test('of jobs of another project in the same store nothing is told', async () => {
  expect(await tasksInJobs(batch({ 0: [begun] }, '/other'), nowhere)).toEqual([]);
});

test('what a task printed is read from its job, and that a task has no job is told from one that printed nothing', () => {
  const layout = batch({
    0: [
      begun,
      { t: 'log', f: digest(0), stream: 'out', text: 'one\n' },
      { t: 'log', f: digest(1), stream: 'out', text: 'two\n' },
    ],
  });
  expect(printedInJob(layout, 'train@n=1')).toEqual(['two\n']);
  expect(printedInJob(layout, 'train@n=3')).toEqual([]);
  expect(printedInJob(layout, 'train@n=9')).toBe(null);
});

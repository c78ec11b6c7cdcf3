import { expect, test } from 'vitest';
import { exitStatus } from '../../../lib/pipe/cli/commands/bring-up-to-date.ts';
import type { Failure } from '../../../lib/pipe/plan/outcome.ts';
import type { RunSummary } from '../../../lib/pipe/run/project.ts';

type Finished = Extract<RunSummary, { type: 'finished' }>;

const fine: Finished = {
  type: 'finished',
  run: '',
  log: '',
  ran: 1,
  restored: 0,
  fresh: 0,
  failed: 0,
  skipped: 0,
  failures: [],
  unsaved: null,
  stopped: false,
  ms: 1,
};
const unsaved = {
  type: 'failed',
  log: null,
  reason: 'store-failed',
  code: 'ENOSPC',
  path: 'pipe.lock',
  message: 'full',
} as const;
const input: Failure = { type: 'failed', log: null, reason: 'bad-input', message: 'no' };
const crash: Failure = { type: 'failed', log: null, reason: 'threw', message: 'no', stack: '' };
const failures = (...all: Failure[]) => all.map((failure, index) => ({ task: `t${index}`, failure }));

const cases: [string, RunSummary, number][] = [
  ['is well', fine, 0],
  ['could not save its lock', { ...fine, unsaved }, 1],
  ['has a task that failed', { ...fine, failed: 1, failures: failures(crash) }, 1],
  ['was given bad input', { ...fine, failed: 1, failures: failures(input) }, 2],
  ['was given bad input, and more failed', { ...fine, failed: 2, failures: failures(input, crash) }, 1],
  ['was stopped, whatever else', { ...fine, stopped: true, unsaved }, 130],
  ['was refused', { type: 'refused', stageIssues: [], inputIssues: [] }, 2],
  ['found another that may go on', { type: 'locked', host: 'far', pid: 1, within: false }, 2],
];

test.each(cases)('a run that %s says so by its exit status', (_, summary, status) => {
  expect(exitStatus(summary)).toBe(status);
});

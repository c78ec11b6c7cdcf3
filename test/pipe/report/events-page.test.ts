import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Failure, Outcome } from '../../../lib/pipe/plan/outcome.ts';
import type { Reason } from '../../../lib/pipe/plan/reason.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';

const page = readFileSync('docs/events.md', 'utf8');

// Each list is held complete by its type.
const events: Record<RunEvent['type'], true> = {
  waiting: true,
  'run-started': true,
  'task-queued': true,
  'job-lost': true,
  'site-note': true,
  'task-started': true,
  'task-progress': true,
  'task-log': true,
  'task-warning': true,
  'remote-trouble': true,
  'task-finished': true,
  'run-finished': true,
};
const outcomes: Record<Outcome['type'], true> = {
  fresh: true,
  restored: true,
  ran: true,
  failed: true,
  skipped: true,
};
const failures: Record<Failure['reason'], true> = {
  'exit-nonzero': true,
  killed: true,
  threw: true,
  'bad-input': true,
  'timed-out': true,
  'output-missing': true,
  'input-missing': true,
  'input-changed': true,
  'output-unfit': true,
  'input-undeclared': true,
  'out-of-memory': true,
  'out-of-time': true,
  'job-lost': true,
  'job-refused': true,
  'other-toolchain': true,
  'store-failed': true,
};
const reasons: Record<Reason['reason'], true> = {
  'never-built': true,
  forced: true,
  always: true,
  parameter: true,
  input: true,
  code: true,
  command: true,
  package: true,
  toolchain: true,
  environment: true,
  'outputs-declared': true,
  unchecked: true,
  'output-lost': true,
  'temp-needed': true,
};

/** First cells of the table that follows a heading, without the table's own head. */
function firstCells(heading: string): string[] {
  const section = page.slice(page.indexOf(heading)).split('\n## ')[0]!;
  return [...section.matchAll(/^\| `([a-z-]+)` /gm)].map((match) => match[1]!).slice(1);
}

test('the page on events describes every event, outcome, failure and reason, and no other', () => {
  expect(firstCells('# Events').sort()).toEqual(Object.keys(events).sort());
  expect(firstCells('## `outcome`').sort()).toEqual(Object.keys(outcomes).sort());
  expect(firstCells('## `reasons`').sort()).toEqual(Object.keys(reasons).sort());
  const said = /Reasons of a failure: (.*)/.exec(page)![1]!;
  expect([...said.matchAll(/`([a-z-]+)` \(/g)].map((match) => match[1]!).sort()).toEqual(
    Object.keys(failures).sort(),
  );
});

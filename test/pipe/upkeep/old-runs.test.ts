import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { freeOldRuns } from '../../../lib/pipe/upkeep/old-runs.ts';
import { temporaryDirectory } from '../store/temporary.ts';

let runs: string;

/** `r00` is the oldest; what each says of tasks, its log of three bytes, and when it was, in seconds. */
beforeEach(() => {
  runs = temporaryDirectory();
  for (let at = 0; at < 24; at += 1) {
    const directory = join(runs, `r${String(at).padStart(2, '0')}`);
    mkdirSync(directory);
    const events = [
      { at, type: 'run-started', run: 'r01' },
      { at, type: 'task-finished', task: 'a', outcome: { type: 'ran', ms: 1, changed: true } },
    ];
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    if (at === 1) writeFileSync(join(directory, 'events.ndjson'), text);
    writeFileSync(join(directory, 'a.log'), 'log');
    utimesSync(directory, at, at);
  }
});

const tasks = new Set(['a']);
const limits = { before: null, dryRun: false };
/** What there is beyond the newest 20. */
const oldest = () =>
  readdirSync(runs)
    .sort()
    .filter((name) => name < 'r04');

test('logs of runs go, other than of the newest, and of the last that did something with a task', () => {
  expect(freeOldRuns(runs, tasks, limits)).toEqual({ runs: 3, files: 3, bytes: 9 });
  expect(oldest()).toEqual(['r01']);
  expect(readdirSync(runs)).toHaveLength(21);
  expect(freeOldRuns(runs, tasks, limits)).toEqual({ runs: 0, files: 0, bytes: 0 });
});

test('of a task that there is no more, nothing is kept', () => {
  freeOldRuns(runs, new Set(), limits);
  expect(oldest()).toEqual([]);
});

test('what is younger than asked stays', () => {
  expect(freeOldRuns(runs, tasks, { ...limits, before: 2000 })).toMatchObject({ runs: 1 });
  expect(oldest()).toEqual(['r01', 'r02', 'r03']);
});

test('asked what would go, it says so and leaves everything', () => {
  expect(freeOldRuns(runs, tasks, { ...limits, dryRun: true })).toEqual({ runs: 3, files: 3, bytes: 9 });
  expect(readdirSync(runs)).toHaveLength(24);
});

import { expect, test } from 'vitest';
import { gcLines, type Freed } from '../../../lib/pipe/report/gc.ts';

const nothing: Freed = {
  dryRun: false,
  swept: {
    type: 'swept',
    actions: 0,
    ms: 0,
    files: 0,
    bytes: 0,
    code: { bundles: 0, files: 0, bytes: 0 },
    left: 3000,
    needed: 2000,
    locks: 2,
    busy: [],
  },
  logs: { runs: 0, files: 0, bytes: 0 },
  maxSize: null,
};

test('says what was freed, of what kind, and what is left', () => {
  const swept: Freed['swept'] = {
    ...nothing.swept,
    actions: 2,
    ms: 61_000,
    files: 5,
    bytes: 1000,
    code: { bundles: 1, files: 3, bytes: 500 },
    busy: ['/there'],
  };
  const logs = { runs: 4, files: 8, bytes: 250 };
  expect(gcLines({ ...nothing, swept, logs, maxSize: 2500 })).toEqual([
    'freed 1.8 kB in 16 files: 2 results that no lock needs, 1 bundle of earlier code, 4 run logs',
    'to make them again would take 1 min 01 s',
    'the store has 3.0 kB: 2.0 kB that 2 locks need, 1.0 kB of earlier results',
    'note: that is more than 2.5 kB, and what a lock needs is never dropped',
    'note: a run goes on in /there; what it has used is kept',
  ]);
});

test('says that there is nothing to free', () => {
  expect(gcLines(nothing)[0]).toBe('nothing to free');
});

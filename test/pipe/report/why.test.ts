import { describe, expect, test } from 'vitest';
import type { TaskPlan } from '../../../lib/pipe/plan/plan.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import { whyLines, type Explained } from '../../../lib/pipe/report/why.ts';
import { graphOf } from './graphs.ts';

const plain = styleFor({ isTTY: false, env: {}, noColor: true });
const graph = graphOf(['data', 'train@epoch=1', 'train@epoch=2', 'train@epoch=5', 'plot']);
const at = new Date(2026, 0, 5, 9, 4).getTime();

const task = (id: string, plan: TaskPlan, more: Partial<Explained> = {}): Explained => ({
  id,
  plan,
  past: null,
  reworded: [],
  ...more,
});

const ran: Explained['past'] = {
  run: '1',
  at,
  outcome: { type: 'ran', ms: 2400, changed: false },
  reasons: [{ reason: 'code', before: 'sha256:a', after: 'sha256:b', files: ['lib/net.ts'] }],
};

describe('the explanation of a task', () => {
  test('tells the last run with its reasons, and that it is up to date', () => {
    const told = task('data', { state: 'fresh' }, { past: ran, reworded: ['lib/idx.ts'] });
    expect(whyLines([told], graph, plain)).toEqual([
      'data',
      '  last: ran on 2026-01-05 09:04 (2.4 s, same bytes as before), because',
      '    code changed: lib/net.ts',
      '  next: will not run: nothing that it depends on has changed',
      '    text of lib/idx.ts changed, meaning did not',
    ]);
  });

  test('tells of a failure', () => {
    const failed: Explained['past'] = {
      run: '1',
      at,
      outcome: { type: 'failed', reason: 'exit-nonzero', status: 3, tail: ['no'], log: 'x.log' },
      reasons: [],
    };
    const told = task('data', { state: 'stale', reasons: [{ reason: 'never-built' }] }, { past: failed });
    expect(whyLines([told], graph, plain)).toEqual([
      'data',
      '  last: failed on 2026-01-05 09:04 (it ended with exit status 3)',
      '  next: will run, because',
      '    never built',
    ]);
  });

  test.each<[string, TaskPlan, string[]]>([
    [
      'is known already',
      { state: 'restorable', reasons: [{ reason: 'parameter', path: 'rate', before: 2, after: 1 }] },
      ['next: will be restored from the store, not run:', '  parameter rate changed: 2 -> 1'],
    ],
    [
      'depends on bytes to come',
      { state: 'unknown', upstream: [0], reasons: [] },
      ['next: will run only', '  if data writes other bytes'],
    ],
    [
      'depends on bytes of several tasks',
      { state: 'unknown', upstream: [0, 1], reasons: [] },
      ['next: will run only', '  if data or train@epoch=1 write other bytes'],
    ],
    [
      'is certain to run later',
      { state: 'unknown', upstream: [0, 1, 2, 3], reasons: [{ reason: 'forced' }] },
      ['next: will run after data and 3 more, because', '  forced'],
    ],
  ])('tells what comes when it %s', (_title, plan, lines) => {
    expect(whyLines([task('plot', plan)], graph, plain)).toEqual([
      'plot',
      '  last: no run on record',
      ...lines.map((line) => `  ${line}`),
    ]);
  });

  test('is given once for tasks of which the same is to be said', () => {
    const told = [1, 2, 5, 9].map((epoch) => task(`train@epoch=${epoch}`, { state: 'fresh' }));
    const lines = whyLines([...told, task('data', { state: 'fresh' }, { past: ran })], graph, plain);
    expect(lines.slice(0, 4)).toEqual([
      'train@epoch=1 and 3 more',
      '  last: no run on record',
      '  next: will not run: nothing that it depends on has changed',
      'data',
    ]);
  });

  test('of tasks that one run ran for one reason is one, with the time they took together', () => {
    const later: Explained['past'] = {
      ...ran,
      at: at + 60_000,
      outcome: { type: 'ran', ms: 600, changed: false },
    };
    const fresh: TaskPlan = { state: 'fresh' };
    const told = [task('train@epoch=2', fresh, { past: later }), task('train@epoch=1', fresh, { past: ran })];
    expect(whyLines(told, graph, plain).slice(0, 2)).toEqual([
      'train@epoch=2, train@epoch=1',
      '  last: ran on 2026-01-05 09:04 (3.0 s, same bytes as before), because',
    ]);
    const other = task('plot', fresh, { past: { ...ran, run: '2' } });
    expect(whyLines([...told, other], graph, plain)).toContain('plot');
  });
});

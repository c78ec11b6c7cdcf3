import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../lib/pipe/plan/outcome.ts';
import { forestalled, orderOf, tally } from '../../../lib/pipe/plan/progress.ts';
import { graphOf } from './builder.ts';

const graph = graphOf([{ id: 'a' }, { id: 'b', reads: ['a'] }, { id: 'c', reads: ['b'] }, { id: 'd' }]);
const failed: Outcome = { type: 'failed', log: null, reason: 'timed-out', seconds: 1 };
const skipped: Outcome = { type: 'skipped', reason: 'upstream-failed', upstream: 'a' };

describe('a run under way', () => {
  test('orders only tasks that take part in it', () => {
    expect(orderOf(graph, new Set([0, 1, 2, 3]))).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(orderOf(graph, new Set([0, 2]))).toEqual([]);
  });

  test.each([
    [
      'goes on after tasks that ended well',
      new Map<number, Outcome>([[1, { type: 'restored' }]]),
      false,
      null,
    ],
    [
      'skips what needs a failed task, and names it',
      new Map([[1, failed]]),
      false,
      { type: 'skipped', reason: 'upstream-failed', upstream: 'b' },
    ],
    ['names the task that failed, not the one skipped in between', new Map([[1, skipped]]), false, skipped],
    [
      'stops before what waits for a task that was interrupted',
      new Map<number, Outcome>([[1, { type: 'skipped', reason: 'interrupted' }]]),
      false,
      { type: 'skipped', reason: 'stopped' },
    ],
    ['skips everything when it is stopping', new Map(), true, { type: 'skipped', reason: 'stopped' }],
  ])('%s', (_, outcomes, stopping, expected) => {
    expect(forestalled(graph, graph.tasks[2]!, outcomes, stopping)).toEqual(expected);
  });

  test('counts how tasks ended', () => {
    expect(
      tally([failed, skipped, { type: 'fresh' }, { type: 'fresh' }, { type: 'ran', ms: 1, changed: true }]),
    ).toEqual({
      ran: 1,
      restored: 0,
      fresh: 2,
      failed: 1,
      skipped: 1,
    });
  });
});

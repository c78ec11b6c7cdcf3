import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { resultOf, watch } from '../../../lib/pipe/execute/child.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What something that is watched is told, in order. */
function watched(limits: { readonly timeout: number | null; readonly grace: number }, aborted = false) {
  const stop = new AbortController();
  if (aborted) stop.abort();
  const told: string[] = [];
  const watching = watch((kind) => told.push(kind), stop.signal, limits);
  return { stop, told, watching };
}

describe('what is watched', () => {
  test('is told to stop when its time is over, and killed after its grace', () => {
    const { told, watching } = watched({ timeout: 10, grace: 5 });
    vi.advanceTimersByTime(9999);
    expect([told, watching.ended]).toEqual([[], null]);
    vi.advanceTimersByTime(1);
    expect([told, watching.ended]).toEqual([['SIGTERM'], 'timed-out']);
    vi.advanceTimersByTime(4999);
    expect(told).toEqual(['SIGTERM']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['SIGTERM', 'SIGKILL']);
  });

  test('is told once, for the reason that came first', () => {
    const { stop, told, watching } = watched({ timeout: 10, grace: 60 });
    stop.abort();
    vi.advanceTimersByTime(20_000);
    expect([told, watching.ended]).toEqual([['SIGTERM'], 'aborted']);
  });

  test('is told at once where the run was stopped already', () => {
    const { told, watching } = watched({ timeout: null, grace: 5 }, true);
    expect([told, watching.ended]).toEqual([['SIGTERM'], 'aborted']);
  });

  test('without a timeout is let be', () => {
    const { told } = watched({ timeout: null, grace: 5 });
    vi.advanceTimersByTime(1e9);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is let go of: nothing comes after', () => {
    const [early, late] = [watched({ timeout: 10, grace: 5 }), watched({ timeout: 10, grace: 5 })];
    early.watching.release();
    vi.advanceTimersByTime(10_000);
    late.watching.release();
    early.stop.abort();
    late.stop.abort();
    vi.advanceTimersByTime(100_000);
    expect([early.told, late.told]).toEqual([[], ['SIGTERM']]);
    expect(early.watching.ended).toBeNull();
  });
});

describe('how a process ended', () => {
  const failed = { type: 'failed', log: null };
  test.each([
    [0, null, null, { type: 'done', undeclared: [] }],
    [3, null, null, { ...failed, reason: 'exit-nonzero', status: 3, tail: [] }],
    [null, 'SIGSEGV', null, { ...failed, reason: 'killed', signal: 'SIGSEGV', tail: [] }],
    [null, null, null, { ...failed, reason: 'killed', signal: 'unknown', tail: [] }],
    // Whatever it then said.
    [0, null, 'aborted', { ...failed, reason: 'killed', signal: 'SIGTERM', tail: [] }],
    [null, 'SIGKILL', 'aborted', { ...failed, reason: 'killed', signal: 'SIGKILL', tail: [] }],
    [0, null, 'timed-out', { ...failed, reason: 'timed-out', seconds: 9 }],
  ] as const)('with status %j, signal %j and ended as %j', (status, killer, ended, result) => {
    expect(resultOf(status, killer, ended, 9)).toEqual(result);
  });
});

import { expect, test } from 'vitest';
import { timeLeft } from '../../../lib/pipe/ui/page/time-left.ts';

const stage = { tasks: 10, chain: 1, threads: 1, each: 1000, spent: 0 };

test('work is shared among the threads that may run', () => {
  expect(timeLeft([stage], 2)).toEqual({ ms: 5000, unknown: 0 });
  expect(timeLeft([stage, { ...stage, each: 3000 }], 4)).toEqual({ ms: 10_000, unknown: 0 });
});

test('tasks that follow one another are not shared', () => {
  expect(timeLeft([{ ...stage, chain: 10 }], 8)).toEqual({ ms: 10_000, unknown: 0 });
});

test('a task that holds several threads counts for all of them, as far as there are so many', () => {
  expect(timeLeft([{ ...stage, threads: 2 }], 2)).toEqual({ ms: 10_000, unknown: 0 });
  expect(timeLeft([{ ...stage, threads: 64 }], 2)).toEqual({ ms: 10_000, unknown: 0 });
});

test('what has run of a task is not left any more, and a task that takes longer ends now', () => {
  expect(timeLeft([{ ...stage, spent: 1500 }], 1)).toEqual({ ms: 8500, unknown: 0 });
  expect(timeLeft([{ ...stage, tasks: 1, spent: 5000 }], 1)).toEqual({ ms: 0, unknown: 0 });
});

test('tasks without a recorded time are counted beside it; without any there is no answer', () => {
  expect(timeLeft([stage, { ...stage, each: null, tasks: 3 }], 1)).toEqual({ ms: 10_000, unknown: 3 });
  expect(timeLeft([{ ...stage, each: null }], 1)).toBeNull();
  expect(timeLeft([], 1)).toBeNull();
});

import { expect, test } from 'vitest';
import { expected, timeLeft } from '../../../lib/pipe/ui/page/time-left.ts';

const stage = { waiting: 10, chain: 1, threads: 1, each: 1000, running: [] };

test('work is shared among the threads that may run', () => {
  expect(timeLeft([stage], 2)).toEqual({ ms: 5000, unknown: 0 });
  expect(timeLeft([stage, { ...stage, each: 3000 }], 4)).toEqual({ ms: 10_000, unknown: 0 });
});

test('tasks that follow one another are not shared', () => {
  expect(timeLeft([{ ...stage, chain: 10 }], 8)).toEqual({ ms: 10_000, unknown: 0 });
  expect(timeLeft([{ ...stage, chain: 10, running: [400] }], 8)).toEqual({ ms: 10_400, unknown: 0 });
});

test('a task that holds several threads counts for all of them, as far as there are so many', () => {
  expect(timeLeft([{ ...stage, threads: 2 }], 2)).toEqual({ ms: 10_000, unknown: 0 });
  expect(timeLeft([{ ...stage, threads: 64 }], 2)).toEqual({ ms: 10_000, unknown: 0 });
});

test('tasks without a time are counted beside it; without any there is no answer', () => {
  expect(timeLeft([stage, { ...stage, each: null, waiting: 3, running: [null] }], 1)).toEqual({
    ...{ ms: 10_000, unknown: 4 },
  });
  expect(timeLeft([{ ...stage, each: null, waiting: 3, running: [500, null] }], 1)).toEqual({
    ...{ ms: 500, unknown: 4 },
  });
  expect(timeLeft([{ ...stage, each: null }], 1)).toBeNull();
  expect(timeLeft([], 1)).toBeNull();
});

test('what has run of a task is not left any more, and takes nothing of those that wait', () => {
  const each = expected([{ spent: 1500, told: null }], { ms: 2000, tasks: 1 }, null);
  expect(each).toEqual({ each: 2000, running: [500] });
  expect(timeLeft([{ ...stage, ...expected([{ spent: 9000, told: null }], undefined, 1000) }], 1)).toEqual({
    ...{ ms: 90_000, unknown: 0 },
  });
});

test('a task that says how far it is tells how long it takes, and so do those that run for longer than is usual', () => {
  const quarter = { spent: 300, told: { after: 250, share: 0.25 } };
  expect(expected([quarter], undefined, 50)).toEqual({ each: 1000, running: [700] });
  expect(expected([quarter, { spent: 100, told: null }], undefined, null)).toEqual({
    ...{ each: 1000, running: [700, 900] },
  });
  expect(expected([{ spent: 800, told: null }], { ms: 400, tasks: 1 }, 7)).toEqual({
    ...{ each: 600, running: [0] },
  });
});

test('without tasks of this run, what is on record counts; without that, nothing is known', () => {
  expect(expected([{ spent: 100, told: null }], undefined, 250)).toEqual({ each: 250, running: [150] });
  expect(expected([{ spent: 100, told: null }], undefined, null)).toEqual({ each: null, running: [null] });
  expect(expected([], { ms: 900, tasks: 3 }, 1)).toEqual({ each: 300, running: [] });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newBoard, note } from '../../../lib/pipe/report/board.ts';
import { frame } from '../../../lib/pipe/report/frame.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import { columnsOf } from '../../../lib/pipe/report/width.ts';
import { eventful, timed } from './events.ts';

const ascii = styleFor({ isTTY: false, env: { LANG: 'C' }, noColor: true });
const unicode = styleFor({ isTTY: false, env: {}, noColor: true });
const totals = new Map([
  ['data', 1],
  ['train', 3],
  ['plot', 1],
]);

function boardAfter(count: number, events = eventful) {
  const board = newBoard(totals);
  for (const event of events.slice(0, count)) note(board, event);
  return board;
}

/** A board with this many tasks running. */
function busy(tasks: number) {
  const started = Array.from({ length: tasks }, (_, index) => [
    [0, { type: 'task-started', task: `score@epoch=${index}`, reasons: [] }] as const,
    [
      10,
      { type: 'task-progress', task: `score@epoch=${index}`, done: 1, total: 4, unit: 'maps', note: '絵' },
    ] as const,
  ]).flat();
  return boardAfter(Infinity, timed(started));
}

describe('the live part of the screen', () => {
  test('shows what runs, what each stage finished, and totals', () => {
    expect(frame(boardAfter(7), { columns: 100, rows: 24 }, 11_000, unicode)).toEqual([
      '  train@epoch=2  █░░░░░░░░░░░░░  1/10 epochs  9.5 s, about 1 min 05 s left  loss 0.9',
      '  data 1  train 1',
      '3 of 5 tasks done, 1 running, 11 s',
    ]);
  });

  test('counts each stage against its total when nothing is up to date yet', () => {
    const first = { type: 'run-started', run: '1', profile: 'default', tasks: 5, fresh: 0, jobs: 2 } as const;
    const events = timed([[0, first]]).concat(eventful.slice(1));
    expect(frame(boardAfter(7, events), { columns: 100, rows: 24 }, 11_000, unicode).slice(1)).toEqual([
      '  data 1/1  train 1/3  plot 0/1',
      '2 of 5 tasks done, 1 running, 11 s',
    ]);
  });

  test('does without letters beyond ASCII where the terminal has none', () => {
    expect(frame(boardAfter(7), { columns: 70, rows: 24 }, 11_000, ascii)[0]).toBe(
      '  train@epoch=2  #.......  1/10 epochs  9.5 s, about 1 min 05 s left~',
    );
  });

  test('shows a task that has not told of progress by its time alone', () => {
    expect(frame(boardAfter(2), { columns: 80, rows: 24 }, 510, unicode)[0]).toBe('  data  0.5 s');
  });

  test('counts failed and skipped tasks in words', () => {
    expect(frame(boardAfter(13), { columns: 80, rows: 24 }, 22_001, unicode)).toEqual([
      '  data 1  train 1, 1 failed  plot 0, 1 skipped',
      '5 of 5 tasks done, 0 running, 1 failed, 22 s',
    ]);
  });

  test('says whom it waits for', () => {
    const board = boardAfter(1, timed([[0, { type: 'waiting', pid: 12, host: 'anvil' }]]));
    expect(frame(board, { columns: 80, rows: 24 }, 0, unicode)).toEqual([
      'waiting for another pipe run in this project (process 12 on anvil)',
    ]);
  });

  test('counts the running tasks that have no room', () => {
    const lines = frame(busy(30), { columns: 60, rows: 6 }, 20, unicode);
    expect(lines).toHaveLength(5);
    expect(lines.slice(2)).toEqual([
      '  and 28 more running',
      '  data 0/1  train 0/3  plot 0/1  score 0',
      '0 of 0 tasks done, 30 running, 0.02 s',
    ]);
  });

  test('always fits the window', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 2, max: 200 }),
      rows: fc.integer({ min: 2, max: 60 }),
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 80 }), (window, tasks) => {
        const lines = frame(busy(tasks), window, 20, unicode);
        expect(lines.length).toBeLessThan(window.rows);
        for (const line of lines) expect(columnsOf(line)).toBeLessThan(window.columns);
      }),
      { numRuns: 60 },
    );
  });
});

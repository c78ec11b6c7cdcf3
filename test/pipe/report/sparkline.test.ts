import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newBoard, note } from '../../../lib/pipe/report/board.ts';
import { Curve } from '../../../lib/pipe/report/curve.ts';
import { frame } from '../../../lib/pipe/report/frame.ts';
import { sparkline } from '../../../lib/pipe/report/sparkline.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import { columnsOf } from '../../../lib/pipe/report/width.ts';
import type { Numbers } from '../../../lib/pipe/execute/executor.ts';
import { timed } from './events.ts';

const unicode = styleFor({ isTTY: false, env: {}, noColor: true });
const ascii = styleFor({ isTTY: false, env: { LANG: 'C' }, noColor: true });

/** The display's line of a task that has reported these numbers, one after another. */
function lineOf(
  reports: readonly Numbers[],
  { columns = 120, style = unicode, said = '', task = 'train' } = {},
) {
  const board = newBoard();
  const events = reports.map((numbers, index) => {
    const done = index + 1;
    return [
      done,
      { type: 'task-progress', task, done, total: 40, unit: 'epochs', note: said, numbers },
    ] as const;
  });
  const started = [0, { type: 'task-started', task, reasons: [] }] as const;
  for (const event of timed([started, ...events])) note(board, event);
  return frame(board, { columns, rows: 24 }, reports.length, style)[0]!;
}

const falling = [8, 7, 6, 5, 4, 3, 2, 1].map((loss) => ({ loss }));

describe('a curve of one line', () => {
  test('goes from its least value to its greatest', () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8, true)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8, false)).toBe('_.:-=+*#');
    expect(sparkline([-1e308, 0, 1e308], 8, true)).toBe('▁▅█');
  });

  test('has a blank where there was no number, and lies in the middle where nothing changes', () => {
    expect(sparkline([0, null, 7], 8, true)).toBe('▁ █');
    expect(sparkline([3, 3, 3], 8, true)).toBe('▅▅▅');
    expect(sparkline([null, null], 8, true)).toBe('  ');
  });

  test('takes the columns that it is given, each the mean of its share', () => {
    expect(sparkline([0, 2, 6, 8], 2, true)).toBe('▁█');
    const points = fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 30 }), (values, width) => {
        expect(columnsOf(sparkline(values, width, true))).toBe(Math.min(width, values.length));
      }),
    );
  });
});

describe('what is kept of a number', () => {
  test('is all of it, in few points however often it is reported', () => {
    const curve = new Curve();
    for (let value = 0; value < 100_000; value++) curve.add(value / 3);
    const { points } = curve;
    expect(points.length).toBeLessThanOrEqual(128);
    expect(points.length).toBeGreaterThan(60);
    expect(points).toEqual([...points].sort((a, b) => a! - b!));
    expect(points[0]).toBeLessThan(1000);
    expect(points.at(-1)).toBeGreaterThan(32_000);
  });

  test('is a count only while it rises by the same whole number', () => {
    const counts = (...values: (number | null)[]) => {
      const curve = new Curve();
      for (const value of values) curve.add(value);
      return curve.counts;
    };
    expect([counts(1), counts(0, 10, 20), counts(3, 4, 5)]).toEqual([true, true, true]);
    expect([counts(1, 2, 4), counts(3, 3), counts(3, 2), counts(0.5, 1.5), counts(1, null)]).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the live display', () => {
  test('draws the first number that a task reports', () => {
    expect(lineOf(falling, { said: 'loss 1' })).toBe(
      '  train  ███░░░░░░░░░░░  8/40 epochs  0.01 s, about 0.03 s left  █▇▆▅▄▃▂▁  loss 1',
    );
  });

  test('names the number where the note does not', () => {
    expect(lineOf(falling, { said: 'warming up' })).toMatch(/ left {2}loss █▇▆▅▄▃▂▁ {2}warming up$/);
    expect(lineOf(falling)).toMatch(/ left {2}loss █▇▆▅▄▃▂▁$/);
  });

  test('does not draw what only counts, nor a single value', () => {
    const counted = falling.map(({ loss }, epoch) => ({ epoch, loss }));
    expect(lineOf(counted)).toMatch(/loss █▇▆▅▄▃▂▁$/);
    expect(lineOf(counted.map(({ epoch }) => ({ epoch })))).toMatch(/ left$/);
    expect(lineOf(falling.slice(0, 1))).toMatch(/ left$/);
    expect(lineOf([{ loss: null }, { loss: null }])).toMatch(/ left$/);
  });

  test('draws it in ASCII where the terminal has no more', () => {
    expect(lineOf(falling, { style: ascii })).toMatch(/ left {2}loss #\*\+=-:\._$/);
  });

  test('has room for it in 80 columns', () => {
    const reports = Array.from({ length: 30 }, (_, at) => ({ loss: 1 / (at + 1) }));
    expect(lineOf(reports, { said: 'loss 0.03333', columns: 80 })).toBe(
      '  train  ██████░░  30/40 epochs  0.03 s, about 0.01 s left  █▂▂▁▁  loss 0.03333',
    );
  });

  test('leaves it out where words take the room, and never cuts it', () => {
    const said = 'loss 1, and all the rest that there is to say of this task';
    const whole = lineOf(falling, { said, columns: 200 });
    // The last column of a window stays free.
    const least = columnsOf(whole) + 1 - 4;
    expect(least).toBeGreaterThan(100);
    expect(lineOf(falling, { said, columns: least }).endsWith(` left  █▆▃▁  ${said}`)).toBe(true);
    expect(lineOf(falling, { said, columns: least - 1 }).endsWith(` left  ${said}`)).toBe(true);
    for (let columns = 2; columns < 140; columns++) {
      expect(columnsOf(lineOf(falling, { said, columns }))).toBeLessThan(columns);
    }
  });
});

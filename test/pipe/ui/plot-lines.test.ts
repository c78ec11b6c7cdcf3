import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearest, piecesOf, shortNames, stepped } from '../../../lib/pipe/ui/page/plot-lines.ts';
import { ticksOf, tickText } from '../../../lib/pipe/ui/page/ticks.ts';

const lines = [
  { task: 'a', xs: [1, 2, 4, 8], ys: [0.5, null, 0.25, 0.2] },
  { task: 'b', xs: [1, 5], ys: [null, 0.9] },
];

test('a line is broken where a number is missing, and not drawn beyond its points', () => {
  expect(piecesOf(lines[0]!)).toEqual([
    [[1, 0.5]],
    [
      [4, 0.25],
      [8, 0.2],
    ],
  ]);
  expect(piecesOf({ task: 'none', xs: [1], ys: [null] })).toEqual([]);
});

test('tasks are told apart by the axes that differ', () => {
  expect(shortNames(['t@model=a,seed=0,epoch=5', 't@model=a,seed=1,epoch=5'])).toEqual(['seed=0', 'seed=1']);
  expect(shortNames(['t@seed=0,epoch=5', 't@seed=1,epoch=6'])).toEqual([
    'seed=0, epoch=5',
    'seed=1, epoch=6',
  ]);
  expect(shortNames(['alone'])).toEqual(['alone']);
});

describe('from point to point', () => {
  test('arrow keys begin at the left, go along a line past what is missing, and stop at its ends', () => {
    const first = stepped(lines, null, 'ArrowRight');
    expect(first).toEqual({ line: 0, at: 0 });
    const next = stepped(lines, first, 'ArrowRight');
    expect(next).toEqual({ line: 0, at: 2 });
    expect(stepped(lines, { line: 0, at: 3 }, 'ArrowRight')).toEqual({ line: 0, at: 3 });
    expect(stepped(lines, next, 'ArrowLeft')).toEqual(first);
  });

  test('up and down lead to the nearest point of another line that has one', () => {
    expect(stepped(lines, { line: 0, at: 0 }, 'ArrowDown')).toEqual({ line: 1, at: 1 });
    expect(stepped(lines, { line: 1, at: 1 }, 'ArrowUp')).toEqual({ line: 0, at: 2 });
    expect(stepped(lines, { line: 1, at: 1 }, 'ArrowDown')).toEqual({ line: 1, at: 1 });
  });

  test('what is missing is no point', () => {
    expect(nearest([{ task: 'none', xs: [1], ys: [null] }], (x) => x)).toBeNull();
  });
});

test('ticks are round, few, and reach around all that there is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      (low, span) => {
        const ticks = ticksOf(low, low + span, 4);
        const slack = Math.abs(low) * 1e-9 + span * 1e-6;
        expect(ticks[0]).toBeLessThanOrEqual(low + slack);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(low + span - slack);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
      },
    ),
  );
  expect(ticksOf(0.2, 0.9, 4)).toEqual([0, 0.5, 1]);
  expect(ticksOf(3, 3, 4)).toEqual([3]);
  expect([0.25, 12000, 3e7, 0, 1e-7].map(tickText)).toEqual(['0.25', '12000', '3e7', '0', '1e-7']);
});

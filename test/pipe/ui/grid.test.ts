import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellAt, gridOf, placeOf } from '../../../lib/pipe/ui/page/grid.ts';

const shape = fc.record({
  chains: fc.integer({ min: 1, max: 3000 }),
  chain: fc.integer({ min: 1, max: 1500 }),
  width: fc.integer({ min: 120, max: 1600 }),
});

test('every cell is found where it is drawn, and none twice', () => {
  fc.assert(
    fc.property(shape, ({ chains, chain, width }) => {
      const grid = gridOf(chains * chain, chain, width, 112);
      const places = new Set<string>();
      const lost: number[] = [];
      for (let cell = 0; cell < grid.cells; cell++) {
        const [x, y] = placeOf(grid, cell);
        const inside = x + grid.step <= grid.width && y + grid.step <= grid.height;
        if (cellAt(grid, x + 0.5, y + 0.5) !== cell || !inside) lost.push(cell);
        places.add(`${x} ${y}`);
      }
      expect(lost).toEqual([]);
      expect(places.size).toBe(grid.cells);
    }),
    { numRuns: 40 },
  );
});

test('a grid keeps to its width and height, however many tasks there are', () => {
  fc.assert(
    fc.property(shape, ({ chains, chain, width }) => {
      const grid = gridOf(chains * chain, chain, width, 112);
      expect(grid.width).toBeLessThanOrEqual(width);
      expect(grid.height).toBeLessThanOrEqual(112);
      expect(grid.cells * grid.perCell).toBeGreaterThanOrEqual(chains * chain);
    }),
  );
});

test('chains stand in rows of their own while there is room', () => {
  const grid = gridOf(40, 10, 800, 112);
  expect(grid).toMatchObject({ perCell: 1, across: 10, rows: 4, columns: 1 });
  expect(placeOf(grid, 10)).toEqual([0, grid.step]);
});

test('cells that stand for many tasks hold whole chains, or equal parts of one', () => {
  const grid = gridOf(100_000, 40, 600, 112);
  expect(grid.perCell).toBeGreaterThan(1);
  expect(40 % grid.perCell === 0 || grid.perCell % 40 === 0).toBe(true);
});

test('a point between cells, or beside them, is none', () => {
  const grid = gridOf(40, 10, 800, 112);
  expect(cellAt(grid, -1, 3)).toBeNull();
  expect(cellAt(grid, 3, grid.height + 1)).toBeNull();
  expect(cellAt(grid, grid.width + 1, 3)).toBeNull();
});

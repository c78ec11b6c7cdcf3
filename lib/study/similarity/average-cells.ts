import type { HeatMap } from './heat-map.ts';

/** Where a cell of the smaller map begins and ends among the pixels of the larger one, and their shares in it. */
function cellsOf(from: number, to: number): readonly (readonly { at: number; share: number }[])[] {
  const size = from / to;
  return Array.from({ length: to }, (_, cell) => {
    const [begin, end] = [cell * size, (cell + 1) * size];
    const first = Math.floor(begin);
    return Array.from({ length: Math.min(from, Math.ceil(end)) - first }, (_, i) => ({
      at: first + i,
      share: (Math.min(end, first + i + 1) - Math.max(begin, first + i)) / size,
    }));
  });
}

/**
 * A map made smaller: each value is the mean over the part of the larger map that it covers, pixels that lie in
 * two of them by their share. A side that is not larger than asked for stays what it is.
 */
export function averageCells(map: HeatMap, height: number, width: number): HeatMap {
  const rows = cellsOf(map.height, Math.min(height, map.height));
  const columns = cellsOf(map.width, Math.min(width, map.width));
  if (rows.length === map.height && columns.length === map.width) return map;
  const values = new Float64Array(rows.length * columns.length);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      let sum = 0;
      for (const { at: r, share } of row)
        for (const { at: c, share: other } of column) sum += share * other * map.values[r * map.width + c]!;
      values[y * columns.length + x] = sum;
    });
  });
  return { height: rows.length, width: columns.length, values };
}

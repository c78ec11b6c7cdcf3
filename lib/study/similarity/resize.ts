import type { HeatMap } from './heat-map.ts';

/** Bilinear resizing with half-pixel centres, edges continued: as guided Grad-CAM enlarges its map. */
export function resizeBilinear(map: HeatMap, height: number, width: number): HeatMap {
  if (map.height === height && map.width === width) return map;
  const rows = Array.from({ length: height }, (_, y) => sample(y, map.height, height));
  const columns = Array.from({ length: width }, (_, x) => sample(x, map.width, width));
  const values = new Float64Array(height * width);
  rows.forEach((row, y) => {
    columns.forEach((column, x) => {
      const at = (r: number, c: number): number => map.values[r * map.width + c]!;
      const upper = at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share;
      const lower = at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share;
      values[y * width + x] = upper * (1 - row.share) + lower * row.share;
    });
  });
  return { height, width, values };
}

/** Neighbours of a target position among `from` source positions, and the upper one's share. */
function sample(
  position: number,
  from: number,
  to: number,
): { readonly low: number; readonly high: number; readonly share: number } {
  const centre = Math.max(0, ((position + 0.5) * from) / to - 0.5);
  const low = Math.floor(centre);
  return { low, high: Math.min(from - 1, low + 1), share: centre - low };
}

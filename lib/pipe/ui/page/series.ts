import type { ProgressPoint } from '../protocol.ts';

/** A number that a task gave, over what it counts. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** Numbers by name, in the order in which they came up; moments without one are left out. */
export function seriesOf(points: readonly ProgressPoint[]): Series[] {
  const found = new Map<string, { name: string; unit: string; xs: number[]; ys: number[] }>();
  for (const { done, unit, numbers } of points) {
    for (const [name, value] of Object.entries(numbers)) {
      if (value === null) continue;
      const series = found.get(name) ?? { name, unit, xs: [], ys: [] };
      found.set(name, series);
      series.xs.push(done);
      series.ys.push(value);
    }
  }
  return [...found.values()];
}

import { metricCells, type ComparedRow, type Comparison } from '../report/experiment-table.ts';
import type { ComparisonView } from './views.ts';

/** Experiments side by side, their numbers written as `pipe table` writes them, changes from a pinned one included. */
export function comparisonView(comparison: Comparison, baseline: string | null): ComparisonView {
  const { params, metrics, rows } = comparison;
  const pinned = pinnedRow(comparison, baseline);
  const cells = metrics.map((metric) => metricCells(rows, metric, pinned));
  return {
    params: params.map(({ path, name }) => ({ path, name })),
    metrics,
    rows: rows.map((row, index) => ({
      name: row.name,
      members: row.members,
      state: row.state,
      params: params.map(({ path }) => row.params.get(path) ?? ''),
      means: metrics.map((metric) => row.metrics.get(metric)?.mean ?? null),
      texts: cells.map((column) => column[index]!.trim()),
    })),
  };
}

export function pinnedRow({ rows }: Comparison, name: string | null): ComparedRow | null {
  return rows.find((row) => row.name === name) ?? null;
}

import { overSeeds, sampled, summarisePoints } from './curve/curves.ts';
import { type Observed, seedBands } from './data/behind.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import type { DriftOptions } from './drift.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import { groupLabel, methodLabel, titled } from './data/labels.ts';

/** Areas under the deletion and insertion curves of one image by one method at one checkpoint. */
export interface DeletionRow extends Observed {
  readonly epoch: number;
  readonly group: string;
  readonly method: string;
  /** 0 to 1: mean p_c while the map's greatest pixels are taken away. */
  readonly deletion: number;
  /** 0 to 1: mean p_c while only they are shown. */
  readonly insertion: number;
  /** The same of random orders of the pixels, on average. */
  readonly randomly: { readonly deletion: number; readonly insertion: number };
}

/**
 * What the pixels that the maps name do for p_c, beyond what pixels in random order do: both areas rise with p_c itself,
 * and so follow training more than the maps. Null where nothing was computed.
 */
export function deletionFigure(
  rows: readonly DeletionRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid | null {
  if (rows.length === 0) return null;
  const samples = sampled(rows, ['deletion', 'insertion'] as const, (row, measure) => ({
    row: measure,
    column: row.method,
    series: groupLabel(row.group),
    at: row.epoch,
    seed: row.seed,
    value: row[measure] - row.randomly[measure],
  }));
  const methods = [...new Set(rows.map(({ method }) => method))];
  return {
    title: titled(
      'What the pixels that heat maps name do for the correct class, beyond random ones',
      variant,
    ),
    caption: [
      'Area under the curve of p of the correct class while a map’s strongest pixels are taken away (deletion) or alone are shown (insertion),',
      'less that of the same image’s pixels in random order: where a map names what the net needs, below 0 in deletion, above 0 in insertion.',
      'What is not shown has the data set’s mean colour.',
      `Lines: ${seedBands(rows)}`,
      'Dotted rules: the early-stopping epoch of each run. Markers: checkpoints.',
    ],
    rows: [
      { key: 'deletion', title: 'deletion − random', reaches: [0], limits: [-1, 1] },
      { key: 'insertion', title: 'insertion − random', reaches: [0], limits: [-1, 1] },
    ],
    columns: methods.map((method) => ({ key: method, title: methodLabel(method), stops })),
    wrap: 4,
    series: [...new Set(rows.map(({ group }) => groupLabel(group)))].sort(),
    points: summarisePoints(samples, overSeeds),
    along: epochAxis(
      scale,
      rows.map(({ epoch }) => epoch),
      5,
    ),
    panel: { width: 139, height: 90 },
  };
}

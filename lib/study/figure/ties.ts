import { overSeeds, sampled, summarisePoints } from './curve/curves.ts';
import { seedBands } from './data/behind.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import type { DriftOptions } from './drift.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import { groupLabel, titled } from './data/labels.ts';
import { distinct } from './data/score-row.ts';
import type { ScoreRow } from './data/score-row.ts';

const coefficients = [
  { measure: 'spearman', label: 'tie-corrected coefficient' },
  { measure: 'spearmanEq8', label: 'Eq. 8 as written' },
] as const;

/** Grad-CAM's maps are full of tied zeros: what Eq. 8 makes of them, beside the tie-corrected coefficient. */
export function tiesFigure(
  scores: readonly ScoreRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid | null {
  const shown = scores.filter(({ method }) => method === 'grad-cam');
  if (shown.length === 0) return null;
  const samples = sampled(shown, coefficients, (row, { measure, label }) => ({
    row: 'spearman',
    column: row.group,
    series: label,
    at: row.epoch,
    seed: row.seed,
    value: row[measure],
  }));
  return {
    title: titled('Grad-CAM: what tied zeros do to Spearman’s coefficient', variant),
    caption: [
      `Lines: ${seedBands(shown)}`,
      'Dotted rules: the early-stopping epoch of each run. Markers: checkpoints.',
    ],
    rows: [{ key: 'spearman', title: 'Spearman ρ to early stopping', reaches: [0, 1], limits: [-1, 1] }],
    columns: distinct(shown, 'group').map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: coefficients.map(({ label }) => label),
    points: summarisePoints(samples, overSeeds),
    along: epochAxis(
      scale,
      shown.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: 190, height: 150 },
  };
}

import { overSeeds, runsOf, sampled, summarisePoints } from './curve/curves.ts';
import { seedBands } from './data/behind.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import type { DriftOptions } from './drift.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import { groupLabel, methodLabel, titled } from './data/labels.ts';
import { distinct, oncePerImage } from './data/score-row.ts';
import type { ScoreRow } from './data/score-row.ts';

/** Where heat maps look, against where the object is; null for data without masks. */
export function truthFigure(
  scores: readonly ScoreRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid | null {
  const known = scores.filter(({ maskMass, pointing }) => maskMass !== null || pointing !== null);
  if (known.length === 0) return null;
  const samples = sampled(known, ['maskMass', 'pointing'] as const, (row, measure) => ({
    row: measure,
    column: row.group,
    series: methodLabel(row.method),
    at: row.epoch,
    seed: row.seed,
    value: row[measure] === null ? null : row[measure] * 100,
  }));
  const groups = distinct(known, 'group');
  const chance = groups.flatMap((group) => {
    const once = oncePerImage(known.filter((row) => row.group === group));
    const { value, low, high } = overSeeds(
      runsOf(once, ({ covered }) => (covered === null ? null : covered * 100)),
    );
    if (value === null) return [];
    return ['maskMass', 'pointing'].map((row) => ({
      row,
      column: group,
      kind: 0,
      low: low ?? value,
      high: high ?? value,
    }));
  });
  return {
    title: titled('Heat maps against the object’s true place', variant),
    caption: [
      'Upper row: share of the map’s positive mass inside the object’s mask. Lower row: share of images whose strongest pixel lies inside it.',
      `Lines: ${seedBands(known)}`,
      'Dotted rules: the early-stopping epoch of each run. Markers: checkpoints.',
    ],
    rows: [
      { key: 'maskMass', title: 'mass inside mask (%)', reaches: [0, 100], limits: [0, 100] },
      { key: 'pointing', title: 'pointing game (%)', reaches: [0, 100], limits: [0, 100] },
    ],
    columns: groups.map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: distinct(known, 'method').map(methodLabel),
    points: summarisePoints(samples, overSeeds),
    bands: chance,
    bandLabels: ['share of the image that the object covers: what a map that knows nothing scores'],
    along: epochAxis(
      scale,
      known.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: 190, height: 150 },
  };
}

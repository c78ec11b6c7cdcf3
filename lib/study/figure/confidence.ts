import { overSeeds, sampled, summarisePoints } from './curve/curves.ts';
import { seedBands } from './data/behind.ts';
import type { CurveGrid, GridRow, ThinPoint } from './curve/curve-grid.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import { groupLabel, titled } from './data/labels.ts';
import type { Variant } from './run.ts';
import { distinct, oncePerImage } from './data/score-row.ts';
import type { ScoreRow } from './data/score-row.ts';

const measures = ['entropy', 'probability'] as const;

const rows: readonly GridRow[] = [
  { key: 'entropy', title: 'entropy (nats)', reaches: [0], limits: [0, 100] },
  { key: 'probability', title: 'p of the correct class', reaches: [0, 1], limits: [0, 1] },
];

const captionOf = (scores: readonly ScoreRow[]): readonly string[] => [
  `Lines: ${seedBands(scores)}`,
  'Thin lines: single images.',
  'Dotted rules: the early-stopping epoch of each run. Markers: checkpoints.',
];

interface Options {
  readonly variant: Variant;
  readonly stops: readonly number[];
  readonly scale: EpochScale;
}

function courses(scores: readonly ScoreRow[], column: (row: ScoreRow) => string) {
  const once = oncePerImage(scores);
  const samples = sampled(once, measures, (row, measure) => ({
    row: measure,
    column: column(row),
    series: 'mean',
    at: row.epoch,
    seed: row.seed,
    value: row[measure],
  }));
  const thin: ThinPoint[] = once.flatMap((row) =>
    measures.map((measure) => ({
      row: measure,
      column: column(row),
      line: `seed ${row.seed}, image ${row.image}`,
      at: row.epoch,
      value: row[measure],
    })),
  );
  return { points: summarisePoints(samples, overSeeds), thin };
}

/** Figure 4, overview: entropy and p_c over epochs, a column per group. */
export function confidenceFigure(scores: readonly ScoreRow[], options: Options): CurveGrid {
  const { variant, stops, scale } = options;
  return {
    title: titled('Output entropy and correct-class probability', variant),
    caption: captionOf(scores),
    rows,
    columns: distinct(scores, 'group').map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: ['mean'],
    ...courses(scores, (row) => row.group),
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: 190, height: 150 },
  };
}

/** Figure 4, one group: a small panel per class. */
export function classConfidenceFigure(
  scores: readonly ScoreRow[],
  group: string,
  classes: readonly string[],
  options: Options,
): CurveGrid {
  const { variant, stops, scale } = options;
  const shown = scores.filter((row) => row.group === group && classes.includes(row.class));
  return {
    title: titled(`Output entropy and correct-class probability, group ${groupLabel(group)}`, variant),
    caption: captionOf(shown),
    rows,
    columns: classes.map((name) => ({ key: name, title: name, stops })),
    wrap: 5,
    series: ['mean'],
    ...courses(shown, (row) => row.class),
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      4,
    ),
    panel: { width: 108, height: 92 },
  };
}

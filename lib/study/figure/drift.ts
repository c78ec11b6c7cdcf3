import { bootstrapMean, runsOf, summarisePoints } from './curves.ts';
import type { Sample } from './curves.ts';
import type { Band, CurveGrid, GridRow } from './curve-grid.ts';
import { epochAxis } from './epoch-axis.ts';
import type { EpochScale } from './epoch-axis.ts';
import { groupLabel, methodLabel, titled } from './labels.ts';
import type { Variant } from './run.ts';
import { distinct } from './score-row.ts';
import type { Score, ScoreRow } from './score-row.ts';

/** Similarity of the early-stopping maps of two seeds, for one image. */
export interface FloorRow {
  /** Whose images and maps; another seed's maps of them are compared. */
  readonly seed: number;
  readonly method: string;
  readonly group: string;
  readonly mssim: number | null;
  readonly spearman: number | null;
}

export interface DriftOptions {
  readonly variant: Variant;
  readonly stops: readonly number[];
  readonly scale: EpochScale;
}

const rows: readonly GridRow[] = [
  { key: 'mssim', title: 'MSSIM to early stopping', reaches: [0, 1] },
  { key: 'spearman', title: 'Spearman ρ to early stopping', reaches: [0, 1] },
];

const LINES =
  'Lines: mean over images and seeds; bands: its 95 % bootstrap interval (seeds, then images, resampled).';
const RULES = 'Dotted rules: the early-stopping epoch of each run.';

function samplesOf(
  scores: readonly ScoreRow[],
  measures: readonly Score[],
  column: 'group' | 'method',
): Sample[] {
  return scores.flatMap((row) =>
    measures.map((measure) => ({
      row: measure,
      column: row[column],
      series: column === 'group' ? methodLabel(row.method) : groupLabel(row.group),
      epoch: row.epoch,
      seed: row.seed,
      value: row[measure],
    })),
  );
}

/** The interval of the mean floor of each method, joined: below its top, drift is what another seed does. */
function floorBands(floor: readonly FloorRow[], column: 'group' | 'method'): Band[] {
  const split = column === 'group' ? 'method' : 'group';
  const panels = [...new Set(floor.map((row) => row[column]))];
  return (['mssim', 'spearman'] as const).flatMap((measure) =>
    panels.flatMap((key) => {
      const here = floor.filter((row) => row[column] === key);
      const parts = [...new Set(here.map((row) => row[split]))].flatMap((part) => {
        const rows = here.filter((row) => row[split] === part);
        const { low, high } = bootstrapMean(runsOf(rows, (row) => row[measure]));
        return low === null || high === null ? [] : [{ low, high }];
      });
      if (parts.length === 0) return [];
      const low = Math.min(...parts.map((part) => part.low));
      const high = Math.max(...parts.map((part) => part.high));
      return [{ row: measure, column: key, low, high }];
    }),
  );
}

const floorLabel = {
  group: 'noise floor: early-stopping maps of different seeds (all methods)',
  method: 'noise floor: early-stopping maps of different seeds (all groups)',
} as const;

/** Figure 5: MSSIM above, Spearman below, a column per group, a line per method. */
export function driftFigure(
  scores: readonly ScoreRow[],
  floor: readonly FloorRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid {
  return {
    title: titled('Similarity of heat maps to those at early stopping', variant),
    caption: [LINES, RULES],
    rows,
    columns: distinct(scores, 'group').map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: distinct(scores, 'method').map(methodLabel),
    points: summarisePoints(samplesOf(scores, ['mssim', 'spearman'], 'group'), bootstrapMean),
    bands: floorBands(floor, 'group'),
    bandLabel: floorLabel.group,
    epochs: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: 190, height: 165 },
  };
}

/** Figure 5 turned round: a panel per method with its own noise floor, a line per group. */
export function driftByMethodFigure(
  scores: readonly ScoreRow[],
  floor: readonly FloorRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid {
  return {
    title: titled('Similarity of heat maps to those at early stopping, method by method', variant),
    caption: [LINES, RULES],
    rows: rows.map((row) => ({ ...row, title: row.key === 'mssim' ? 'MSSIM' : 'Spearman ρ' })),
    columns: distinct(scores, 'method').map((method) => ({ key: method, title: methodLabel(method), stops })),
    wrap: 4,
    series: distinct(scores, 'group').map(groupLabel),
    points: summarisePoints(samplesOf(scores, ['mssim', 'spearman'], 'method'), bootstrapMean),
    bands: floorBands(floor, 'method'),
    bandLabel: floorLabel.method,
    epochs: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      5,
    ),
    panel: { width: 139, height: 100 },
  };
}

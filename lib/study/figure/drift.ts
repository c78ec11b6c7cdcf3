import { bootstrapMean, runsOf, sampled, summarisePoints } from './curve/curves.ts';
import type { Sample } from './curve/curves.ts';
import type { Aside, Band, CurveGrid, GridRow } from './curve/curve-grid.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import { groupLabel, methodLabel, titled } from './data/labels.ts';
import type { Variant } from './run.ts';
import { distinct } from './data/score-row.ts';
import type { Score, ScoreRow } from './data/score-row.ts';

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
): Iterable<Sample> {
  return sampled(scores, measures, (row, measure) => ({
    row: measure,
    column: row[column],
    series: column === 'group' ? methodLabel(row.method) : groupLabel(row.group),
    at: row.epoch,
    seed: row.seed,
    value: row[measure],
  }));
}

const measures = ['mssim', 'spearman'] as const;

/** The mean floor of one method in one group, with its interval; null without one. */
function floorOf(rows: readonly FloorRow[], measure: (typeof measures)[number]) {
  const { value, low, high } = bootstrapMean(runsOf(rows, (row) => row[measure]));
  return value === null || low === null || high === null ? null : { value, low, high };
}

/** Each method's own floor, beside each group's panel. */
function floorsOfMethods(floor: readonly FloorRow[], groups: readonly string[]): Aside[] {
  const methods = [...new Set(floor.map(({ method }) => method))];
  return measures.flatMap((measure) =>
    groups.flatMap((group) =>
      methods.flatMap((method) => {
        const rows = floor.filter((row) => row.method === method && row.group === group);
        const found = floorOf(rows, measure);
        return found ? [{ row: measure, column: group, series: methodLabel(method), ...found }] : [];
      }),
    ),
  );
}

/** In each method's panel the floors of all groups, joined: below its top, drift is what another seed does. */
function floorBands(floor: readonly FloorRow[]): Band[] {
  const methods = [...new Set(floor.map(({ method }) => method))];
  return measures.flatMap((measure) =>
    methods.flatMap((method) => {
      const here = floor.filter((row) => row.method === method);
      const parts = [...new Set(here.map(({ group }) => group))].flatMap((group) => {
        const found = floorOf(
          here.filter((row) => row.group === group),
          measure,
        );
        return found ? [found] : [];
      });
      if (parts.length === 0) return [];
      const low = Math.min(...parts.map((part) => part.low));
      const high = Math.max(...parts.map((part) => part.high));
      return [{ row: measure, column: method, low, high }];
    }),
  );
}

/** Figure 5: MSSIM above, Spearman below, a column per group, a line per method. */
export function driftFigure(
  scores: readonly ScoreRow[],
  floor: readonly FloorRow[],
  { variant, stops, scale }: DriftOptions,
): CurveGrid {
  const groups = distinct(scores, 'group');
  return {
    title: titled('Similarity of heat maps to those at early stopping', variant),
    caption: [LINES, `${RULES} There, a map compared with itself would score 1.`],
    rows,
    columns: groups.map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: distinct(scores, 'method').map(methodLabel),
    points: summarisePoints(samplesOf(scores, ['mssim', 'spearman'], 'group'), bootstrapMean),
    asides: floorsOfMethods(floor, groups),
    asideTitle: 'floor',
    greyLabel:
      'noise floor, by method: early-stopping maps of different seeds; a curve that falls below its own has drifted further',
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: floor.length > 0 ? 152 : 190, height: 165 },
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
    bands: floorBands(floor),
    greyLabel: 'noise floor: early-stopping maps of different seeds (all groups)',
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      5,
    ),
    panel: { width: 139, height: 100 },
  };
}

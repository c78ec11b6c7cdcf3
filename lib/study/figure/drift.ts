import { type Interval, overPairs, overSeeds, runsOf, sampled, summarisePoints } from './curve/curves.ts';
import type { Sample } from './curve/curves.ts';
import type { Aside, Band, CurveGrid, GridRow, Ring } from './curve/curve-grid.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import { seedBands } from './data/behind.ts';
import { groupLabel, methodLabel, titled } from './data/labels.ts';
import type { Variant } from './run.ts';
import { distinct } from './data/score-row.ts';
import type { Score, ScoreRow } from './data/score-row.ts';
import type { PairRow } from './temporal.ts';

/** Similarity of the early-stopping maps of two seeds, for one image. */
export interface FloorRow {
  /** Whose images and maps; another seed's maps of them are compared. */
  readonly seed: number;
  readonly other: number;
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
  { key: 'mssim', title: 'MSSIM to early stopping', reaches: [0, 1], limits: [-1, 1] },
  { key: 'spearman', title: 'Spearman ρ to early stopping', reaches: [0, 1], limits: [-1, 1] },
];

const linesOf = (scores: readonly ScoreRow[]): string => `Lines: ${seedBands(scores)} Markers: checkpoints.`;
const RULES =
  'Dotted rules: the early-stopping epoch of each run; rings: 1, which a map scores against itself there, and which is in no mean.';

/** 1 at each run's early stopping. */
function ringsOf(columns: readonly string[], stops: readonly number[]): Ring[] {
  return measures.flatMap((row) =>
    columns.flatMap((column) => [...new Set(stops)].map((at) => ({ row, column, at, value: 1 }))),
  );
}

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

/** The mean floor of some rows, with its interval over pairs of seeds; null without one. */
function floorOf(rows: readonly FloorRow[], measure: (typeof measures)[number]) {
  const found = overPairs(
    rows.flatMap((row) =>
      row[measure] === null ? [] : [{ seeds: [row.seed, row.other], value: row[measure] }],
    ),
  );
  return withEnds(found);
}

function withEnds({ value, low, high }: Interval) {
  return value === null ? null : { value, low: low ?? value, high: high ?? value };
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

/** What stands beside the curves of one method, of all its groups together. */
export interface Floors {
  /** Pairs of seeds at early stopping, and at the last checkpoint. */
  readonly floor: readonly FloorRow[];
  readonly late: readonly FloorRow[];
  /** Late checkpoints next to one another. */
  readonly neighbours: readonly PairRow[];
}

const bandLabels = [
  'two seeds, at early stopping',
  'two seeds, at the last checkpoint',
  'late checkpoints side by side',
];

/** In each method's panel what leaves its maps as unlike without late training: below, a curve has drifted. */
function floorBands({ floor, late, neighbours }: Floors, methods: readonly string[]): Band[] {
  return measures.flatMap((measure) =>
    methods.flatMap((method) => {
      const own = <R extends { readonly method: string }>(rows: readonly R[]) =>
        rows.filter((row) => row.method === method);
      const bands = [
        floorOf(own(floor), measure),
        floorOf(own(late), measure),
        withEnds(overSeeds(runsOf(own(neighbours), (row) => row[measure]))),
      ];
      return bands.flatMap((band, kind) =>
        band ? [{ row: measure, column: method, kind, low: band.low, high: band.high }] : [],
      );
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
    caption: [linesOf(scores), RULES],
    rings: ringsOf(groups, stops),
    rows,
    columns: groups.map((group) => ({ key: group, title: groupLabel(group), stops })),
    series: distinct(scores, 'method').map(methodLabel),
    points: summarisePoints(samplesOf(scores, ['mssim', 'spearman'], 'group'), overSeeds),
    asides: floorsOfMethods(floor, groups),
    asideTitle: 'floor',
    greyLabel:
      'floor, by method: early-stopping maps of two seeds; a curve that falls below its own has drifted further',
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      7,
    ),
    panel: { width: floor.length > 0 ? 146 : 190, height: 165 },
  };
}

/** Figure 5 turned round: a panel per method with its own noise floor, a line per group. */
export function driftByMethodFigure(
  scores: readonly ScoreRow[],
  floors: Floors,
  { variant, stops, scale }: DriftOptions,
): CurveGrid {
  const methods = distinct(scores, 'method');
  return {
    title: titled('Similarity of heat maps to those at early stopping, method by method', variant),
    caption: [linesOf(scores), RULES],
    rows: rows.map((row) => ({ ...row, title: row.key === 'mssim' ? 'MSSIM' : 'Spearman ρ' })),
    columns: methods.map((method) => ({ key: method, title: methodLabel(method), stops })),
    rings: ringsOf(methods, stops),
    wrap: 4,
    series: distinct(scores, 'group').map(groupLabel),
    points: summarisePoints(samplesOf(scores, ['mssim', 'spearman'], 'method'), overSeeds),
    bands: floorBands(floors, methods),
    bandLabels,
    along: epochAxis(
      scale,
      scores.map(({ epoch }) => epoch),
      5,
    ),
    panel: { width: 139, height: 100 },
  };
}

import { overSeeds, sampled, summarisePoints } from './curve/curves.ts';
import { type Observed, seedBands } from './data/behind.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import { epochAxis, type EpochScale } from './curve/epoch-axis.ts';
import { methodLabel, titled } from './data/labels.ts';
import type { Variant } from './run.ts';

/** Similarity of one image's maps at two epochs of one run. */
export interface PairRow extends Observed {
  /** `before`, `stop`, `after` or `late`: see the tables of docs/study.md. */
  readonly place: string;
  /** The earlier one, in multiples of the stopping epoch. */
  readonly multiple: number;
  /** In epochs. */
  readonly distance: number;
  readonly method: string;
  readonly mssim: number | null;
  readonly spearman: number | null;
}

const measures = ['mssim', 'spearman'] as const;

const series: readonly { readonly place: string; readonly label: string }[] = [
  { place: 'before', label: 'up to early stopping' },
  { place: 'stop', label: 'from early stopping on' },
  { place: 'after', label: 'from a multiple of it on' },
  { place: 'late', label: 'up to the last epoch' },
];

function labelOf({ place, multiple }: PairRow): string {
  if (place === 'after') return `from ${Math.round(multiple)} times as late on`;
  return series.find((one) => one.place === place)?.label ?? place;
}

/** In the order in which they lie in training. */
function labelsOf(rows: readonly PairRow[]): string[] {
  const order = (row: PairRow): number => {
    const place = series.findIndex((one) => one.place === row.place);
    return place * 1e6 + (row.place === 'after' ? row.multiple : 0);
  };
  return [...new Set([...rows].sort((a, b) => order(a) - order(b)).map(labelOf))];
}

/** Pairs that lie side by side at the end of training: the temporal floor. Those at the least distance there. */
export function lateNeighbours(rows: readonly PairRow[]): readonly PairRow[] {
  const late = rows.filter(({ place }) => place === 'late');
  const least = Math.min(...late.map(({ distance }) => distance));
  return late.filter(({ distance }) => distance === least);
}

/** Places that are asked for; pairs of other checkpoints lie anywhere. */
function isDrawn(row: PairRow): boolean {
  return series.some(({ place }) => place === row.place) && (row.place !== 'after' || row.multiple >= 1.5);
}

/** Distances that all seeds have at a place: a line through some of one seed and some of another would be neither's. */
function sharedBySeeds(rows: readonly PairRow[]): readonly PairRow[] {
  const key = (row: PairRow): string => `${labelOf(row)} ${row.distance}`;
  const seeds = new Map<string, Set<number>>();
  for (const row of rows) seeds.set(key(row), (seeds.get(key(row)) ?? new Set()).add(row.seed));
  const count = new Set(rows.map(({ seed }) => seed)).size;
  return rows.filter((row) => seeds.get(key(row))!.size === count);
}

/** Figure 6: similarity over the distance in epochs, a line for each place in training; null without pairs. */
export function temporalFigure(
  all: readonly PairRow[],
  { variant, scale }: { readonly variant: Variant; readonly scale: EpochScale },
): CurveGrid | null {
  const rows = sharedBySeeds(all.filter(isDrawn));
  if (rows.length === 0) return null;
  const methods = [...new Set(rows.map(({ method }) => method))];
  const samples = sampled(rows, measures, (row, measure) => ({
    row: measure,
    column: row.method,
    series: labelOf(row),
    at: row.distance,
    seed: row.seed,
    value: row[measure],
  }));
  const distances = rows.map(({ distance }) => distance);
  const limits = [-1, 1] as const;
  return {
    title: titled('Similarity of heat maps of two epochs, by how far and where they lie apart', variant),
    caption: [
      `Lines: ${seedBands(rows)}`,
      'Markers: pairs of epochs. Where lines of one distance lie together, early stopping is an epoch like others, and the fall is that of any step.',
    ],
    rows: [
      { key: 'mssim', title: 'MSSIM', reaches: [0, 1], limits },
      { key: 'spearman', title: 'Spearman ρ', reaches: [0, 1], limits },
    ],
    columns: methods.map((method) => ({ key: method, title: methodLabel(method), stops: [] })),
    wrap: 4,
    series: labelsOf(rows),
    points: summarisePoints(samples, overSeeds),
    along: { ...epochAxis(scale, distances, 5), key: 'distance', title: 'distance in epochs' },
    panel: { width: 139, height: 100 },
  };
}

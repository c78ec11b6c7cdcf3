import { overSeeds, summarisePoints } from './curve/curves.ts';
import { type Observed, seedBands } from './data/behind.ts';
import type { Sample } from './curve/curves.ts';
import type { CurveGrid, HorizontalAxis } from './curve/curve-grid.ts';
import { methodLabel, titled } from './data/labels.ts';
import type { Variant } from './run.ts';

/** A map of a net with untrained parts, against the map of the net as it was trained. */
export interface SanityRow extends Observed {
  /** `early stopping` or `last`. */
  readonly checkpoint: string;
  /** `cascading` or `independent`. */
  readonly randomisation: string;
  /** The part reached, e.g. `group3.block1`. */
  readonly part: string;
  /** Parts from the output down to it, from 1. */
  readonly depth: number;
  readonly method: string;
  readonly mssim: number | null;
  readonly spearman: number | null;
}

const measures = ['mssim', 'spearman'] as const;

/** Labels that fit below a panel. */
const ROOM = 12;

/** `group3.block2` → `group 3.2`. */
function partLabel(part: string): string {
  return part.replace(/^group(\d+)\.\D+(\d+)$/, 'group $1.$2');
}

function partsAxis(rows: readonly SanityRow[]): HorizontalAxis {
  const parts = [...new Map(rows.map(({ depth, part }) => [depth, part]))].sort(([a], [b]) => a - b);
  const every = Math.ceil((parts.length + 1) / ROOM);
  const named = [[0, 'none'] as const, ...parts].filter((_, at) => at % every === 0);
  return {
    key: 'depth',
    title: 'untrained part',
    scale: 'linear',
    domain: [0, parts.at(-1)?.[0] ?? 1],
    ticks: named.map(([depth]) => depth),
    labels: named.map(([, part]) => partLabel(part)),
  };
}

const columnOf = ({ checkpoint, randomisation }: SanityRow): string => `${checkpoint}, ${randomisation}`;

function samplesOf(rows: readonly SanityRow[]): Sample[] {
  const place = (row: SanityRow) => ({
    column: columnOf(row),
    series: methodLabel(row.method),
    seed: row.seed,
  });
  // The net as it is explains as itself: where each curve begins.
  const intact = [...new Map(rows.map((row) => [`${columnOf(row)} ${row.method}`, row])).values()];
  return measures.flatMap((measure) => [
    ...intact.map((row) => ({ row: measure, ...place(row), at: 0, value: 1 })),
    ...rows.map((row) => ({ row: measure, ...place(row), at: row.depth, value: row[measure] })),
  ]);
}

/** Sanity checks (Adebayo et al. 2018): maps that do not change with the weights do not look at them. */
export function sanityFigure(rows: readonly SanityRow[], variant: Variant): CurveGrid | null {
  if (rows.length === 0) return null;
  const columns = [...new Set(rows.map(columnOf))].sort();
  return {
    title: titled('Sanity check: heat maps of partly untrained nets', variant),
    caption: [
      'Similarity to the map of the same net before its parts were put back to random, untrained weights. Cascading: all parts from the output',
      'down; independent: one part alone. A method whose maps stay alike does not look at the weights, so that its stability says little.',
      `Lines: ${seedBands(rows)}`,
    ],
    rows: [
      { key: 'mssim', title: 'MSSIM to the trained net', reaches: [0, 1], limits: [-1, 1] },
      { key: 'spearman', title: 'Spearman ρ to the trained net', reaches: [0, 1], limits: [-1, 1] },
    ],
    columns: columns.map((key) => ({ key, title: key, stops: [] })),
    series: [...new Set(rows.map(({ method }) => methodLabel(method)))],
    points: summarisePoints(samplesOf(rows), overSeeds),
    along: partsAxis(rows),
    panel: { width: columns.length > 2 ? 139 : 280, height: 140 },
  };
}

import { classConfidenceFigure, confidenceFigure } from './confidence.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import { deletionFigure } from './deletion.ts';
import type { DeletionRow } from './deletion.ts';
import { curveDrawing } from './page/drawing.ts';
import type { Drawing } from './page/drawing.ts';
import { driftByMethodFigure, driftFigure } from './drift.ts';
import type { DriftOptions, FloorRow } from './drift.ts';
import { fileName } from './data/labels.ts';
import { multiplesFigure } from './multiples.ts';
import type { Variant } from './run.ts';
import { sanityFigure } from './sanity.ts';
import type { SanityRow } from './sanity.ts';
import { distinct } from './data/score-row.ts';
import type { ScoreRow } from './data/score-row.ts';
import { lateNeighbours, type PairRow, temporalFigure } from './temporal.ts';
import { tiesFigure } from './ties.ts';
import { stopsOf, trainingFigure } from './training.ts';
import type { TrainingRun } from './training.ts';
import { truthFigure } from './truth.ts';
import type { EpochScale } from './curve/epoch-axis.ts';

/** Panels that fit a page. */
const CLASSES_PER_SHEET = 10;

/** Figure 4 of one group: a sheet, or several where classes are many. */
function classSheets(scores: readonly ScoreRow[], group: string, options: DriftOptions): Drawing[] {
  const classes = distinct(scores, 'class');
  const sheets = Math.ceil(classes.length / CLASSES_PER_SHEET);
  return Array.from({ length: sheets }, (_, at) => {
    const shown = classes.slice(at * CLASSES_PER_SHEET, (at + 1) * CLASSES_PER_SHEET);
    const name = fileName('figure-4', options.variant.key, group, sheets > 1 ? String(at + 1) : '');
    return curveDrawing(name, classConfidenceFigure(scores, group, shown, options));
  });
}

/** Figures 4 and 5 of one variant, and the ties in Grad-CAM. */
function scoreDrawings(
  { scores, floor, late, pairs }: VariantScores,
  options: DriftOptions,
  stopOf: ReadonlyMap<number, number>,
): Drawing[] {
  const { key } = options.variant;
  const floors = { floor, late, neighbours: lateNeighbours(pairs) };
  // Compared with itself a map scores 1: where seeds stop at different epochs, that would lift the mean of all.
  const others = scores.filter(({ seed, epoch }) => epoch !== stopOf.get(seed));
  return [
    curveDrawing(fileName('figure-4', key), confidenceFigure(scores, options)),
    ...distinct(scores, 'group').flatMap((group) => classSheets(scores, group, options)),
    ...(others.length > 0
      ? [
          curveDrawing(fileName('figure-5', key), driftFigure(others, floor, options)),
          curveDrawing(fileName('figure-5', key, 'methods'), driftByMethodFigure(others, floors, options)),
          ...drawnIfAny(fileName('figure-5', key, 'ties'), tiesFigure(others, options)),
        ]
      : []),
    ...drawnIfAny(fileName('figure-5', key, 'multiples'), multiplesFigure(scores, stopOf, options.variant)),
  ];
}

function drawnIfAny(name: string, grid: CurveGrid | null): Drawing[] {
  return grid ? [curveDrawing(name, grid)] : [];
}

/** All that is drawn as curves of one variant; each list may be empty. */
export interface VariantScores {
  readonly variant: Variant;
  readonly scores: readonly ScoreRow[];
  /** Pairs of seeds, at early stopping and at the last checkpoint. */
  readonly floor: readonly FloorRow[];
  readonly late: readonly FloorRow[];
  readonly pairs: readonly PairRow[];
  readonly areas: readonly DeletionRow[];
  readonly sanity: readonly SanityRow[];
}

function variantDrawings(all: VariantScores, options: DriftOptions, stopOf: ReadonlyMap<number, number>) {
  const { variant, scores, pairs, areas, sanity } = all;
  const { key } = variant;
  return [
    ...(scores.length > 0 ? scoreDrawings(all, options, stopOf) : []),
    ...drawnIfAny(fileName('figure-6', key), temporalFigure(pairs, options)),
    ...drawnIfAny(fileName('ground-truth', key), truthFigure(scores, options)),
    ...drawnIfAny(fileName('deletion', key), deletionFigure(areas, options)),
    ...drawnIfAny(fileName('sanity', key), sanityFigure(sanity, variant)),
  ];
}

/** Every figure of curves. */
export function curveDrawings(
  runs: readonly TrainingRun[],
  variants: readonly VariantScores[],
  scale: EpochScale,
  setting: string,
): Drawing[] {
  return [
    curveDrawing('figure-2', trainingFigure(runs, scale, setting)),
    ...variants.flatMap((scores) => {
      const { variant } = scores;
      const stopOf = new Map(
        runs.flatMap((run) =>
          run.earlyStopping !== null && run.variant.key === variant.key
            ? [[run.seed, run.earlyStopping] as const]
            : [],
        ),
      );
      return variantDrawings(scores, { variant, stops: stopsOf(runs, variant), scale }, stopOf);
    }),
  ];
}

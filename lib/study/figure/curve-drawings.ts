import { classConfidenceFigure, confidenceFigure } from './confidence.ts';
import { curveDrawing } from './drawing.ts';
import type { Drawing } from './drawing.ts';
import { driftByMethodFigure, driftFigure } from './drift.ts';
import type { DriftOptions, FloorRow } from './drift.ts';
import { fileName } from './labels.ts';
import type { Variant } from './run.ts';
import { distinct } from './score-row.ts';
import type { ScoreRow } from './score-row.ts';
import { tiesFigure } from './ties.ts';
import { stopsOf, trainingFigure } from './training.ts';
import type { TrainingRun } from './training.ts';
import { truthFigure } from './truth.ts';
import type { EpochScale } from './epoch-axis.ts';

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

/** Figures 4 and 5 of one variant, the ties in Grad-CAM and, where masks are known, the ground truth. */
function scoreDrawings(
  scores: readonly ScoreRow[],
  floor: readonly FloorRow[],
  options: DriftOptions,
): Drawing[] {
  const { key } = options.variant;
  const ties = tiesFigure(scores, options);
  const truth = truthFigure(scores, options);
  return [
    curveDrawing(fileName('figure-4', key), confidenceFigure(scores, options)),
    ...distinct(scores, 'group').flatMap((group) => classSheets(scores, group, options)),
    curveDrawing(fileName('figure-5', key), driftFigure(scores, floor, options)),
    curveDrawing(fileName('figure-5', key, 'methods'), driftByMethodFigure(scores, floor, options)),
    ...(ties ? [curveDrawing(fileName('figure-5', key, 'ties'), ties)] : []),
    ...(truth ? [curveDrawing(fileName('ground-truth', key), truth)] : []),
  ];
}

export interface VariantScores {
  readonly variant: Variant;
  readonly scores: readonly ScoreRow[];
  /** May be empty. */
  readonly floor: readonly FloorRow[];
}

/** Every figure of curves. */
export function curveDrawings(
  runs: readonly TrainingRun[],
  variants: readonly VariantScores[],
  scale: EpochScale,
): Drawing[] {
  return [
    curveDrawing('figure-2', trainingFigure(runs, scale)),
    ...variants.flatMap(({ variant, scores, floor }) =>
      scoreDrawings(scores, floor, { variant, stops: stopsOf(runs, variant), scale }),
    ),
  ];
}

import { summarisePoints, range } from './curve/curves.ts';
import type { Sample } from './curve/curves.ts';
import type { CurveGrid } from './curve/curve-grid.ts';
import { epochAxis } from './curve/epoch-axis.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import { titled } from './data/labels.ts';
import { variantsOf } from './run.ts';
import type { Variant } from './run.ts';

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

export interface TrainingEpoch {
  readonly epoch: number;
  readonly loss: Readonly<Record<Split, number | null>>;
  /** Share of wrong answers, 0 to 1. */
  readonly error: Readonly<Record<Split, number | null>>;
  /** Frobenius norm of the last layer's weights. */
  readonly lastLayerNorm: number | null;
}

/** One training run. */
export interface TrainingRun {
  readonly variant: Variant;
  readonly seed: number;
  /** Null where training did not get that far. */
  readonly earlyStopping: number | null;
  readonly epochs: readonly TrainingEpoch[];
}

export function stopsOf(runs: readonly TrainingRun[], variant: Variant): number[] {
  return runs.flatMap((run) =>
    run.variant.key === variant.key && run.earlyStopping !== null ? [run.earlyStopping] : [],
  );
}

function samplesOf(run: TrainingRun): Sample[] {
  const { seed } = run;
  const column = run.variant.key;
  return run.epochs.flatMap(({ epoch, loss, error, lastLayerNorm }) => [
    ...splits.flatMap((series) => [
      {
        row: 'error',
        column,
        series,
        at: epoch,
        seed,
        value: error[series] === null ? null : error[series] * 100,
      },
      { row: 'loss', column, series, at: epoch, seed, value: loss[series] },
      // A loss that underflows to 0 has no place on a logarithmic axis.
      { row: 'log-loss', column, series, at: epoch, seed, value: loss[series] === 0 ? null : loss[series] },
    ]),
    { row: 'norm', column, series: 'train', at: epoch, seed, value: lastLayerNorm },
  ]);
}

/**
 * Figure 2: error rate, loss on two scales and last-layer norm over epochs, a column per variant. `setting`: what
 * all of them have in common.
 */
export function trainingFigure(runs: readonly TrainingRun[], scale: EpochScale, setting = ''): CurveGrid {
  const variants = variantsOf(runs);
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const across = variants.length < 5 ? variants.length : 3;
  return {
    title: titled('Training past early stopping', { label: setting }),
    caption: [
      seeds > 1 ? `Lines: mean over ${seeds} seeds; bands: their range.` : 'One seed.',
      'Dotted rules: the early-stopping epoch of each run.',
    ],
    rows: [
      { key: 'error', title: 'error rate (%)', reaches: [0] },
      // Twice: where the test loss rises is seen on the one, how far the training loss falls on the other.
      { key: 'loss', title: 'cross entropy (nats)', reaches: [0] },
      { key: 'log-loss', title: 'the same, log scale', scale: 'log' },
      { key: 'norm', title: 'last-layer L2 norm' },
    ],
    columns: variants.map((variant) => ({
      key: variant.key,
      title: variant.label,
      stops: stopsOf(runs, variant),
    })),
    series: splits,
    points: summarisePoints(runs.flatMap(samplesOf), range),
    along: epochAxis(
      scale,
      runs.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)),
      10,
    ),
    panel: { width: across > 1 ? Math.floor(596 / across) - 6 : 420, height: 112 },
    wrap: across,
    markers: false,
  };
}

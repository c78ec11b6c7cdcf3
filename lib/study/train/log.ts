import type { ArrowRows, Columns } from 'pipewright/arrow';
import type { PartScores, Score } from './evaluate.ts';

/** What is written down of the averaged weights. */
export interface AveragedScores extends PartScores {
  readonly monitoredLoss: number;
}

/** What is written down of an epoch; null where a set has no images. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number;
  readonly train: Score;
  readonly validation: Score | null;
  readonly test: Score | null;
  /** Of the averaged weights; null where none are taken. */
  readonly averaged: AveragedScores | null;
  /** Loss of the set that decides on early stopping. */
  readonly monitoredLoss: number;
  /** L2 norm of the linear layer's weight matrix, bias left out. */
  readonly lastLayerNorm: number;
  /** Null where it is not known. */
  readonly learningRate: number | null;
}

/** One row per epoch. */
export function logColumns(log: readonly EpochLog[]): Columns {
  const column = (of: (row: EpochLog) => number | null | undefined) => ({
    type: 'float64' as const,
    values: log.map((row) => of(row) ?? null),
  });
  return {
    epoch: { type: 'int32', values: log.map((row) => row.epoch) },
    train_loss: column((row) => row.train.loss),
    train_error: column((row) => row.train.error),
    validation_loss: column((row) => row.validation?.loss),
    validation_error: column((row) => row.validation?.error),
    test_loss: column((row) => row.test?.loss),
    test_error: column((row) => row.test?.error),
    averaged_validation_loss: column((row) => row.averaged?.validation?.loss),
    averaged_validation_error: column((row) => row.averaged?.validation?.error),
    averaged_test_loss: column((row) => row.averaged?.test?.loss),
    averaged_test_error: column((row) => row.averaged?.test?.error),
    averaged_monitored_loss: column((row) => row.averaged?.monitoredLoss),
    monitored_loss: column((row) => row.monitoredLoss),
    last_layer_norm: column((row) => row.lastLayerNorm),
    learning_rate: column((row) => row.learningRate),
  };
}

/** Reads back what `logColumns` gave. */
export function readLog(rows: ArrowRows): EpochLog[] {
  const [epochs, monitored, norms, rates] = [
    'epoch',
    'monitored_loss',
    'last_layer_norm',
    'learning_rate',
  ].map((name) => rows.numbers(name));
  const score = (part: string): (Score | null)[] => {
    const errors = rows.numbers(`${part}_error`);
    return rows
      .numbers(`${part}_loss`)
      .map((loss, i) => (loss === null ? null : { loss, error: errors[i]! }));
  };
  const [train, validation, test, ...averaged] = [
    ...['train', 'validation', 'test'],
    ...['averaged_validation', 'averaged_test'],
  ].map(score);
  const losses = rows.numbers('averaged_monitored_loss');
  const ofAverage = (i: number): AveragedScores | null => {
    const monitoredLoss = losses[i] ?? null;
    const [ofValidation = null, ofTest = null] = averaged.map((scores) => scores[i]!);
    return monitoredLoss === null ? null : { validation: ofValidation, test: ofTest, monitoredLoss };
  };
  return epochs!.map((epoch, i) => ({
    epoch: epoch!,
    train: train![i]!,
    validation: validation![i]!,
    test: test![i]!,
    averaged: ofAverage(i),
    monitoredLoss: monitored![i]!,
    lastLayerNorm: norms![i]!,
    learningRate: rates![i] ?? null,
  }));
}

/**
 * The log as that of the averaged weights: their scores take the place of the trained ones'. What is said of the
 * training images and of the last layer stays that of the weights that are trained.
 */
export function ofAveraged(log: readonly EpochLog[]): EpochLog[] {
  return log.flatMap((row) => (row.averaged === null ? [] : [{ ...row, ...row.averaged }]));
}

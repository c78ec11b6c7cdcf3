import type { Columns, TensorColumn, TensorValues } from 'pipewright/arrow';
import type { TensorValue } from '../../compute/program.ts';
import type { WeightsName } from './kept-file.ts';

/** What a net says of each of a number of images. */
export interface Predictions {
  /** p_c, the softmax probability of the label. */
  readonly probability: Float32Array;
  /** Of the softmax, in nats. */
  readonly entropy: Float32Array;
  /** The label's logit less the greatest other one: positive where the label is predicted. */
  readonly margin: Float32Array;
  /** The class of the greatest logit, the first of equals. */
  readonly predicted: Uint8Array;
}

/** What `predicted` says of an image that was not looked at; the numbers are NaN there. */
export const NOT_SEEN = 255;

export function noPredictions(count: number): Predictions {
  const unknown = (): Float32Array => new Float32Array(count).fill(NaN);
  return {
    probability: unknown(),
    entropy: unknown(),
    margin: unknown(),
    predicted: new Uint8Array(count).fill(NOT_SEEN),
  };
}

/** Cross entropy and answer of one image. */
interface Answer {
  readonly loss: number;
  readonly correct: boolean;
}

/** Puts down, as image `place`, what row `row` of a batch's logits says; computed in double precision. */
export function putPrediction(
  to: Predictions,
  place: number,
  logits: TensorValue,
  row: number,
  label: number,
): Answer {
  const classes = logits.shape[1]!;
  const values = logits.values.subarray(row * classes, (row + 1) * classes);
  let best = 0;
  let other = -Infinity;
  for (let k = 1; k < classes; k++) if (values[k]! > values[best]!) best = k;
  for (let k = 0; k < classes; k++) if (k !== label && values[k]! > other) other = values[k]!;
  let sum = 0;
  let weighted = 0;
  for (let k = 0; k < classes; k++) {
    const shifted = values[k]! - values[best]!;
    const share = Math.exp(shifted);
    sum += share;
    if (share > 0) weighted += share * shifted;
  }
  const logSum = Math.log(sum);
  const loss = logSum + values[best]! - values[label]!;
  to.probability[place] = Math.exp(-loss);
  to.entropy[place] = logSum - weighted / sum;
  to.margin[place] = values[label]! - other;
  to.predicted[place] = best;
  return { loss, correct: best === label };
}

/** An epoch's predictions of test images, and of training images in the batches of the epoch. */
export interface EpochPredictions {
  readonly epoch: number;
  /** By the weights as trained. */
  readonly test: Predictions;
  /** Of the test images by the averaged weights; null where none are taken. */
  readonly averaged: Predictions | null;
  readonly train: Predictions;
}

/** The column of what an epoch's weights say of the test images. */
export function testColumn(quantity: keyof Predictions, by: WeightsName): string {
  return `${by === 'averaged' ? 'averaged_test' : 'test'}_${quantity}`;
}

/**
 * One row per epoch. Images lie in the order of the data set's file: the tensors' one dimension. Of training
 * images, what was said in the batch they were part of, before its step; NaN and 255 for those of no batch. The
 * averaged weights have no columns where none are taken.
 */
export function predictionColumns(epochs: readonly EpochPredictions[]): Columns {
  const tensor = (dimension: string, of: (epoch: EpochPredictions) => TensorValues): TensorColumn => {
    const rows = epochs.map(of);
    const [first = new Float32Array(0)] = rows;
    const size = first.length;
    const values =
      first instanceof Uint8Array ? new Uint8Array(size * rows.length) : new Float32Array(size * rows.length);
    rows.forEach((row, i) => {
      values.set(row, i * size);
    });
    return { type: 'tensor', shape: [size], dimensions: [dimension], values };
  };
  const ofTest = (of: (epoch: EpochPredictions) => Predictions, by: WeightsName): Columns =>
    Object.fromEntries(
      (['probability', 'entropy', 'margin', 'predicted'] as const).map((quantity) => [
        testColumn(quantity, by),
        tensor('test image', (epoch) => of(epoch)[quantity]),
      ]),
    );
  return {
    epoch: { type: 'int32', values: epochs.map(({ epoch }) => epoch) },
    ...ofTest(({ test }) => test, 'trained'),
    ...(epochs.every(({ averaged }) => averaged !== null) && ofTest(({ averaged }) => averaged!, 'averaged')),
    train_probability: tensor('training image', ({ train }) => train.probability),
    train_margin: tensor('training image', ({ train }) => train.margin),
    train_predicted: tensor('training image', ({ train }) => train.predicted),
  };
}

import { readArrow } from 'pipewright/arrow';
import type { WeightsName } from './kept-file.ts';
import { type Predictions, testColumn } from './predictions.ts';

/** What a net says of the test images in every epoch; values `[epochs, images]`, epoch after epoch. */
export interface PredictionHistory {
  readonly epochs: readonly number[];
  readonly images: number;
  readonly probability: Float32Array;
  readonly entropy: Float32Array;
  readonly margin: Float32Array;
  readonly predicted: Uint8Array;
}

/** Said where predictions of averaged weights are asked for that training did not write. */
export const NONE_OF_AVERAGED =
  'training wrote no predictions of the averaged weights of every epoch: train anew, with params.train.average, ' +
  'or take `averaged` out of params.weights';

/**
 * The segments' predictions of the test images joined, in the order of their epochs. Null where a segment has none by
 * these weights.
 */
export async function readPredictions(
  paths: readonly string[],
  weights: WeightsName,
): Promise<PredictionHistory | null> {
  const tables = await Promise.all(paths.map((path) => readArrow(path)));
  const epochs = tables.flatMap((table) => table.numbers('epoch') as number[]);
  if (tables.some(({ columns }) => columns[testColumn('probability', weights)] === undefined)) return null;
  const images = tables[0]!.tensor(testColumn('probability', weights)).shape[1]!;
  const joined = <V extends Float32Array | Uint8Array>(quantity: keyof Predictions, all: V): V => {
    let at = 0;
    for (const table of tables) {
      const { values } = table.tensor(testColumn(quantity, weights));
      all.set(values, at);
      at += values.length;
    }
    return all;
  };
  const floats = (quantity: keyof Predictions): Float32Array =>
    joined(quantity, new Float32Array(epochs.length * images));
  return {
    epochs,
    images,
    probability: floats('probability'),
    entropy: floats('entropy'),
    margin: floats('margin'),
    predicted: joined('predicted', new Uint8Array(epochs.length * images)),
  };
}

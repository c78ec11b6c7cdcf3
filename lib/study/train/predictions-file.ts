import { readArrow } from 'pipewright/arrow';

/** What a net says of the test images in every epoch; values `[epochs, images]`, epoch after epoch. */
export interface PredictionHistory {
  readonly epochs: readonly number[];
  readonly images: number;
  readonly probability: Float32Array;
  readonly entropy: Float32Array;
  readonly margin: Float32Array;
  readonly predicted: Uint8Array;
}

/** The segments' predictions of the test images joined, in the order of their epochs. */
export async function readPredictions(paths: readonly string[]): Promise<PredictionHistory> {
  const tables = await Promise.all(paths.map((path) => readArrow(path)));
  const epochs = tables.flatMap((table) => table.numbers('epoch') as number[]);
  const images = tables[0]!.tensor('test_probability').shape[1]!;
  const joined = <V extends Float32Array | Uint8Array>(name: string, all: V): V => {
    let at = 0;
    for (const table of tables) {
      const { values } = table.tensor(name);
      all.set(values, at);
      at += values.length;
    }
    return all;
  };
  const floats = (name: string): Float32Array => joined(name, new Float32Array(epochs.length * images));
  return {
    epochs,
    images,
    probability: floats('test_probability'),
    entropy: floats('test_entropy'),
    margin: floats('test_margin'),
    predicted: joined('test_predicted', new Uint8Array(epochs.length * images)),
  };
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine, Program, TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { Model } from '../model/model.ts';
import { BatchAssembler } from '../train/batch.ts';
import { ordinary } from './rules.ts';

/** More images in a pass make nothing faster. */
export const MOST_PREDICTED = 128;

/** Softmax of every image, `[count, classes]`; `together` pass through the net at once, which changes nothing. */
export async function predictProbabilities(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  images: LabelledImages,
  together: number,
): Promise<Float32Array> {
  const { count, height, width, channels } = images.set;
  const assembler = new BatchAssembler(images, together);
  const program = await compileSoftmax(engine, model, weights, [together, height, width, channels]);
  const all = new Float32Array(count * model.classes);
  try {
    for (let first = 0; first < count; first += together) {
      const rows = Array.from({ length: Math.min(together, count - first) }, (_, i) => first + i);
      const { probabilities } = await program.run({ x: assembler.assemble(rows) });
      all.set(probabilities!.values.subarray(0, rows.length * model.classes), first * model.classes);
    }
  } finally {
    await program.dispose();
  }
  return all;
}

/** A program from normalised images `x` of a shape to `probabilities`, `[batch, classes]`. */
export function compileSoftmax(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  shape: readonly number[],
): Promise<Program> {
  return engine.compile(
    (inputs) => {
      const options = { training: false, relu: ordinary };
      return { probabilities: tf.softmax(model.forward(inputs, inputs.x as Tensor4D, options).logits) };
    },
    { inputs: { x: { dtype: 'float32', shape } }, constants: weights },
  );
}

/** The class of greatest probability in the row that begins at `start`; the first of equals. */
export function mostProbable(probabilities: ArrayLike<number>, start: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (probabilities[start + c]! > probabilities[start + best]!) best = c;
  return best;
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine, Program, TensorMap, TensorValue } from '../../compute/program.ts';
import type { Model } from '../model/model.ts';
import { batchRows, firstRows, takeRows } from './batches.ts';
import { explained, type MethodParameters, type Target } from './explained.ts';
import { type MethodName, methods } from './methods.ts';
import { ordinary } from './rules.ts';

/**
 * Images in one call. Small, because SmoothGrad makes 25 of each, whose activations all have to be kept for
 * the way back.
 */
const batchSize = 4;

/** Images as the network sees them, with the class to explain of each. */
export interface ImagesToExplain {
  /** Normalised, `[count, height, width, channels]`. */
  readonly x: TensorValue;
  /** `[count]` */
  readonly classes: ArrayLike<number>;
}

export interface ExplainOptions {
  readonly methods: readonly MethodName[];
  readonly target: Target;
  readonly parameters: MethodParameters;
  /** Of `noiseFields`, for the methods that look at noisy copies. */
  readonly noise: TensorValue;
}

/** Maps of some images in a row. */
export interface ExplainedBatch {
  /** Position of the first of them among all images. */
  readonly first: number;
  readonly count: number;
  /** Softmax, `[count, classes]`. */
  readonly probabilities: TensorValue;
  /** Per method, `[count, height, width, channels]`. */
  readonly maps: Readonly<Partial<Record<MethodName, TensorValue>>>;
}

/**
 * Maps of all images by all methods, batch by batch. One program serves a checkpoint: the methods share its
 * forward pass, and the weights are part of it. A last batch that is short is filled up with its own first
 * image, whose extra maps are dropped.
 */
export async function* explainImages(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  images: ImagesToExplain,
  options: ExplainOptions,
): AsyncGenerator<ExplainedBatch> {
  const [count = 0, ...imageShape] = images.x.shape;
  const program = await compileExplanation(engine, model, weights, imageShape, options);
  try {
    for (let first = 0; first < count; first += batchSize) {
      const rows = batchRows(count, first, batchSize);
      const { probabilities, ...maps } = await program.run({
        x: takeRows(images.x, rows),
        classes: oneHot(
          rows.map((row) => images.classes[row]!),
          model.classes,
        ),
      });
      const kept = Math.min(batchSize, count - first);
      yield {
        first,
        count: kept,
        probabilities: firstRows(probabilities!, kept),
        maps: Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, firstRows(map, kept)])),
      };
    }
  } finally {
    await program.dispose();
  }
}

function compileExplanation(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  imageShape: readonly number[],
  options: ExplainOptions,
): Promise<Program> {
  return engine.compile((inputs) => explanation(model, inputs, options), {
    inputs: {
      x: { dtype: 'float32', shape: [batchSize, ...imageShape] },
      classes: { dtype: 'float32', shape: [batchSize, model.classes] },
    },
    constants: { ...weights, noise: options.noise },
  });
}

/** All methods and the softmax of a batch, as one TensorFlow.js function. */
function explanation(
  model: Model,
  inputs: Record<string, Tensor>,
  options: ExplainOptions,
): Record<string, Tensor> {
  const x = inputs.x as Tensor4D;
  const batch = { x, classes: inputs.classes as Tensor2D, noise: inputs.noise as Tensor2D };
  const context = explained(model, inputs, batch, options.target, options.parameters);
  const { logits } = model.forward(inputs, x, { training: false, relu: ordinary });
  return {
    probabilities: tf.softmax(logits),
    ...Object.fromEntries(options.methods.map((name) => [name, methods[name](context)])),
  };
}

function oneHot(classes: readonly number[], classCount: number): TensorValue {
  const values = new Float32Array(classes.length * classCount);
  classes.forEach((label, row) => (values[row * classCount + label] = 1));
  return { dtype: 'float32', shape: [classes.length, classCount], values };
}

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine, Program, TensorMap, TensorValue } from '../../compute/program.ts';
import { keptWeights } from '../model/kept-weights.ts';
import type { Model } from '../model/model.ts';
import { batchRows, firstRows, takeRows } from './batches.ts';
import { explained, type MethodParameters, PIXELS_AT_ONCE, type Target } from './explained.ts';
import { type MethodName, methods } from './methods.ts';
import { ordinary } from './rules.ts';

/**
 * Images in one call. Few, because SmoothGrad makes 25 of each, whose activations all have to be kept for the way
 * back; of large images fewer.
 */
function imagesAtOnce([height, width]: readonly number[]): number {
  return Math.min(4, Math.max(1, Math.floor(PIXELS_AT_ONCE / (2 * height! * width!))));
}

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
  /** Layers that class activation maps are made of; none: the last of the convolutional part. */
  readonly layers?: readonly string[];
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
 * All methods, compiled once for images of one size; the methods share the net's forward pass. The weights are
 * set, not part of the program, so that it serves every checkpoint.
 */
export class Explainer {
  readonly #program: Program;
  readonly #classes: number;
  readonly #batchSize: number;

  private constructor(program: Program, classes: number, batchSize: number) {
    this.#program = program;
    this.#classes = classes;
    this.#batchSize = batchSize;
  }

  /** `imageShape`: [height, width, channels]. */
  static async compile(
    engine: Engine,
    model: Model,
    imageShape: readonly number[],
    options: ExplainOptions,
  ): Promise<Explainer> {
    const kept = keptWeights(model);
    const batchSize = imagesAtOnce(imageShape);
    const program = await engine.compile(
      (inputs) => ({ ...explanation(model, inputs, options), ...kept.outputs(inputs) }),
      {
        inputs: {
          x: { dtype: 'float32', shape: [batchSize, ...imageShape] },
          classes: { dtype: 'float32', shape: [batchSize, model.classes] },
          ...kept.inputs,
        },
        constants: { noise: options.noise },
        state: kept.state,
      },
    );
    return new Explainer(program, model.classes, batchSize);
  }

  /**
   * Maps of all images by all methods, batch by batch. A last batch that is short is filled up with its own
   * first image, whose extra maps are dropped. One call at a time: the weights stay those of the last.
   */
  async *explain(weights: TensorMap, { x, classes }: ImagesToExplain): AsyncGenerator<ExplainedBatch> {
    const [count = 0] = x.shape;
    const batchSize = this.#batchSize;
    this.#program.setState(weights);
    for (let first = 0; first < count; first += batchSize) {
      const rows = batchRows(count, first, batchSize);
      const labels = rows.map((row) => classes[row]!);
      const { probabilities, ...maps } = await this.#program.run({
        x: takeRows(x, rows),
        classes: oneHot(labels, this.#classes),
      });
      const kept = Math.min(batchSize, count - first);
      yield {
        first,
        count: kept,
        probabilities: firstRows(probabilities!, kept),
        maps: Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, firstRows(map, kept)])),
      };
    }
  }

  dispose(): Promise<void> {
    return this.#program.dispose();
  }
}

/** All methods and the softmax of a batch, as one TensorFlow.js function. */
function explanation(
  model: Model,
  inputs: Record<string, Tensor>,
  options: ExplainOptions,
): Record<string, Tensor> {
  const x = inputs.x as Tensor4D;
  const batch = { x, classes: inputs.classes as Tensor2D, noise: inputs.noise as Tensor2D };
  const context = explained(model, inputs, batch, options.target, options.parameters, options.layers);
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

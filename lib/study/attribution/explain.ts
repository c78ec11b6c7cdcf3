import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { footprint } from '../../compute/footprint.ts';
import type {
  CompileOptions,
  Engine,
  Program,
  TensorFunction,
  TensorMap,
  TensorValue,
} from '../../compute/program.ts';
import { memoryOf } from '../memory.ts';
import { netSharesBlocks, weightBytes } from '../model/images-together.ts';
import { keptWeights } from '../model/kept-weights.ts';
import type { Model } from '../model/model.ts';
import { batchRows, firstRows, takeRows } from './batches.ts';
import { explained, type MethodParameters, type Target } from './explained.ts';
import { choicesAtOnce, type ImagesAtOnce } from './memory.ts';
import { type MethodName, methods } from './methods.ts';
import { ordinary } from './rules.ts';

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
  /** Bytes that all of it may take, about: how many images are looked at together, which changes no map. */
  readonly memory: number;
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
  /** Bytes that it takes, about: more than it may where the fewest images need more. */
  readonly memory: number;

  private constructor(program: Program, classes: number, batchSize: number, memory: number) {
    this.#program = program;
    this.#classes = classes;
    this.#batchSize = batchSize;
    this.memory = memory;
  }

  /** `imageShape`: [height, width, channels]. */
  static async compile(
    engine: Engine,
    model: Model,
    imageShape: readonly number[],
    options: ExplainOptions,
  ): Promise<Explainer> {
    const weights = weightBytes(model);
    const choices = choicesAtOnce(imageShape, await netSharesBlocks(model, imageShape));
    for (const [i, atOnce] of choices.entries()) {
      const { fn, compiled } = explaining(model, imageShape, options, atOnce);
      const memory = memoryOf(weights, await footprint(fn, compiled));
      if (memory > options.memory && i < choices.length - 1) continue;
      return new Explainer(await engine.compile(fn, compiled), model.classes, atOnce.inCall, memory);
    }
    throw new Error('there is always a last choice');
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

/** What is compiled, for so many images at once. */
function explaining(
  model: Model,
  imageShape: readonly number[],
  options: ExplainOptions,
  { inCall, inPass }: ImagesAtOnce,
): { readonly fn: TensorFunction; readonly compiled: CompileOptions } {
  const kept = keptWeights(model);
  return {
    fn: (inputs) => ({ ...explanation(model, inputs, options, inPass), ...kept.outputs(inputs) }),
    compiled: {
      inputs: {
        x: { dtype: 'float32', shape: [inCall, ...imageShape] },
        classes: { dtype: 'float32', shape: [inCall, model.classes] },
        ...kept.inputs,
      },
      constants: { noise: options.noise },
      state: kept.state,
    },
  };
}

/** All methods and the softmax of a batch, as one TensorFlow.js function. */
function explanation(
  model: Model,
  inputs: Record<string, Tensor>,
  { methods: names, target, parameters, layers }: ExplainOptions,
  inPass: number,
): Record<string, Tensor> {
  const x = inputs.x as Tensor4D;
  const batch = { x, classes: inputs.classes as Tensor2D, noise: inputs.noise as Tensor2D };
  const context = explained(model, inputs, batch, target, parameters, inPass, layers);
  const { logits } = model.forward(inputs, x, { training: false, relu: ordinary });
  return {
    probabilities: tf.softmax(logits),
    ...Object.fromEntries(names.map((name) => [name, methods[name](context)])),
  };
}

function oneHot(classes: readonly number[], classCount: number): TensorValue {
  const values = new Float32Array(classes.length * classCount);
  classes.forEach((label, row) => (values[row * classCount + label] = 1));
  return { dtype: 'float32', shape: [classes.length, classCount], values };
}

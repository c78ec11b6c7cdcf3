import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { CutNet, Model, Weights } from '../model/model.ts';
import { MethodRefusal } from './refusal.ts';
import { ordinary, type ReluRule } from './rules.ts';

/** What is explained of the class c: its logit, or its softmax probability. */
export const targets = ['logit', 'probability'] as const;
export type Target = (typeof targets)[number];

/** Parameters of single methods. */
export interface MethodParameters {
  readonly smoothGrad: {
    /** Noisy copies of each image, n. */
    readonly samples: number;
    /** Standard deviation of the noise as a share of the image's range, max x − min x. */
    readonly noise: number;
  };
  readonly integratedGradients: {
    /** Points on the way from the baseline to the image. */
    readonly steps: number;
  };
  readonly occlusion: {
    /** Side of the square that is covered, in pixels; null: a quarter of the image's shorter side. */
    readonly window: number | null;
    /** Pixels from one square to the next; null: half the square's side. */
    readonly stride: number | null;
  };
  readonly rise: {
    /** Masks, N. */
    readonly masks: number;
    /** Cells of a mask's grid along each side. */
    readonly cells: number;
  };
}

/** One layer of the network as it sees the images. */
export interface ExplainedLayer {
  /** A, the layer's output: `[batch, u, v, k]`, with the ReLUs' ordinary values. */
  readonly features: Tensor4D;
  /** S_c from there on, `[batch]`. */
  score(features: Tensor4D): Tensor1D;
}

/**
 * What an attribution method is given: a batch of images, and the network as functions of an image and a
 * rule for its ReLUs. A method never sees weights, and no model is ever patched.
 */
export interface Explained {
  /** The images as the network sees them, normalised: `[batch, height, width, channels]`. */
  readonly x: Tensor4D;
  /** The layers that are looked at: the last of the convolutional part, unless others are named. */
  readonly layers: readonly ExplainedLayer[];
  /**
   * S_c of each image, `[copies × batch]`. `x` may hold several altered copies of the batch, one whole batch
   * after another. `at` is told each node of an imported net before it is computed.
   */
  score(x: Tensor4D, relu: ReluRule, at?: (node: string) => void): Tensor1D;
  /** The softmax of every attention, the first layer's first, `[batch, heads, tokens, tokens]`. */
  attentions(): readonly Tensor[];
  /** Standard normal draws, `[samples, height × width × channels]`: the same for every image and checkpoint. */
  readonly noise: Tensor2D;
  readonly parameters: MethodParameters;
  /** How many images may pass through the network together. */
  readonly imagesAtOnce: number;
}

/** Maps of a batch, `[batch, height, width, channels]` of the input or of the features. */
export type AttributionMethod = (explained: Explained) => Tensor4D;

export function explained(
  model: Model,
  weights: Weights,
  inputs: {
    readonly x: Tensor4D;
    /** One-hot classes to explain, `[batch, classes]`. */
    readonly classes: Tensor2D;
    readonly noise: Tensor2D;
  },
  target: Target,
  parameters: MethodParameters,
  imagesAtOnce: number,
  /** Names of layers; none: the last of the convolutional part. */
  layers: readonly string[] = [],
): Explained {
  const forward = (x: Tensor4D, relu: ReluRule, at?: (node: string) => void) =>
    model.forward(weights, x, { training: false, relu, at });
  const score = (logits: Tensor2D): Tensor1D => {
    const outputs = target === 'logit' ? logits : tf.softmax(logits);
    const [batch, classes] = inputs.classes.shape;
    const ofCopies = tf.reshape(outputs, [-1, batch, classes]);
    return tf.reshape(tf.sum(tf.mul(ofCopies, inputs.classes), -1), [-1]);
  };
  return {
    x: inputs.x,
    layers: (layers.length === 0 ? [null] : layers).map((name) => {
      // When they are asked for: not every net has a layer of images, and not every method looks at one.
      let cut: CutNet | null = null;
      let features: Tensor4D | null = null;
      const layer = (): CutNet => (cut ??= model.layer(name));
      return {
        get features() {
          return (features ??= layer().features(weights, inputs.x, ordinary));
        },
        score: (map) => score(layer().head(weights, map, inputs.x, ordinary)),
      };
    }),
    score: (x, relu, at) => score(forward(x, relu, at).logits),
    attentions() {
      if (model.attentions !== undefined) return model.attentions(weights, inputs.x);
      throw new MethodRefusal(
        'attention-rollout needs attention, and the net has none; leave it out of attribute.methods',
      );
    },
    noise: inputs.noise,
    parameters,
    imagesAtOnce,
  };
}

/**
 * Altered copies of the batch, one whole batch after another, made when they pass through the network: there may be
 * many more than there is room for.
 */
export interface Copies {
  readonly count: number;
  /** So many in a row, `[count × batch, height, width, channels]`. */
  some(first: number, count: number): Tensor4D;
}

/** Something of each copy by itself, in as many passes as they need. */
function inPasses<T extends Tensor>(explained: Explained, copies: Copies, pass: (part: Tensor4D) => T): T {
  // Whole batches, since classes go with a batch.
  const most = Math.max(1, Math.floor(explained.imagesAtOnce / explained.x.shape[0]));
  const parts: T[] = [];
  for (let first = 0; first < copies.count; first += most)
    parts.push(pass(copies.some(first, Math.min(most, copies.count - first))));
  return parts.length === 1 ? parts[0]! : tf.concat<T>(parts, 0);
}

/** S_c of altered copies of the batch, `[copies × batch]`. */
export function scoreOfCopies(explained: Explained, copies: Copies): Tensor1D {
  return inPasses(explained, copies, (part) => explained.score(part, ordinary));
}

/** ∂S_c/∂x of altered copies of the batch, `[copies × batch, height, width, channels]`. */
export function gradientOfCopies(explained: Explained, copies: Copies): Tensor4D {
  return inPasses(explained, copies, (part) => inputGradient(explained, part, ordinary));
}

/** ∂S_c/∂x of each image under a ReLU rule. Signed, of the shape of x. */
export function inputGradient(explained: Explained, x: Tensor4D, relu: ReluRule): Tensor4D {
  // The images of a batch do not act on one another, so the gradient of the sum holds each one's own.
  const gradient = tf.grad((input: Tensor): Tensor => tf.sum(explained.score(input as Tensor4D, relu)));
  return gradient(x) as Tensor4D;
}

/** ∂S_c/∂A, `[batch, u, v, k]`, with the ReLUs' ordinary derivative. */
export function featureGradient(layer: ExplainedLayer): Tensor4D {
  return tf.grad((a: Tensor): Tensor => tf.sum(layer.score(a as Tensor4D)))(layer.features) as Tensor4D;
}

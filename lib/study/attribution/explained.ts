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
  };
}

/**
 * Pixels of images that pass through the network together. What a pass keeps for its way back grows with them, so
 * that the memory of a program does not grow with the size of the images or the number of their copies: a hundred
 * images of 32 × 32.
 */
export const PIXELS_AT_ONCE = 100 * 32 * 32;

/**
 * A function of images that looks at each by itself, done to as many at once as pass together: whole batches, since
 * classes go with a batch.
 */
function inPasses<T extends Tensor>(x: Tensor4D, batch: number, pass: (part: Tensor4D) => T): T {
  const [count, height, width] = x.shape;
  const most = batch * Math.max(1, Math.floor(PIXELS_AT_ONCE / (batch * height * width)));
  if (count <= most) return pass(x);
  const parts: T[] = [];
  for (let first = 0; first < count; first += most) {
    const size = [Math.min(most, count - first), ...x.shape.slice(1)] as Tensor4D['shape'];
    parts.push(pass(tf.slice(x, [first, 0, 0, 0], size)));
  }
  return tf.concat<T>(parts, 0);
}

/** S_c of altered copies of the batch, `[copies × batch]`, in as many passes as they need. */
export function scoreOfCopies(explained: Explained, copies: Tensor4D): Tensor1D {
  return inPasses(copies, explained.x.shape[0], (part) => explained.score(part, ordinary));
}

/** ∂S_c/∂x of each image under a ReLU rule; for copies of the batch likewise. Signed, of the shape of x. */
export function inputGradient(explained: Explained, x: Tensor4D, relu: ReluRule): Tensor4D {
  // The images of a batch do not act on one another, so the gradient of the sum holds each one's own.
  const gradient = tf.grad((input: Tensor): Tensor => tf.sum(explained.score(input as Tensor4D, relu)));
  return inPasses(x, explained.x.shape[0], (part) => gradient(part) as Tensor4D);
}

/** ∂S_c/∂A, `[batch, u, v, k]`, with the ReLUs' ordinary derivative. */
export function featureGradient(layer: ExplainedLayer): Tensor4D {
  return tf.grad((a: Tensor): Tensor => tf.sum(layer.score(a as Tensor4D)))(layer.features) as Tensor4D;
}

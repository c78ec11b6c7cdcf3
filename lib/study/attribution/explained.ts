import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { CutNet, Model, Weights } from '../model/model.ts';
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
    /** Side of the square that is covered, in pixels. */
    readonly window: number;
    /** Pixels from one square to the next. */
    readonly stride: number;
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
   * after another.
   */
  score(x: Tensor4D, relu: ReluRule): Tensor1D;
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
  const forward = (x: Tensor4D, relu: ReluRule) => model.forward(weights, x, { training: false, relu });
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
    score: (x, relu) => score(forward(x, relu).logits),
    noise: inputs.noise,
    parameters,
  };
}

/** ∂S_c/∂x of each image under a ReLU rule; for copies of the batch likewise. Signed, of the shape of x. */
export function inputGradient(explained: Explained, x: Tensor4D, relu: ReluRule): Tensor4D {
  // The images of a batch do not act on one another, so the gradient of the sum holds each one's own.
  return tf.grad((input: Tensor): Tensor => tf.sum(explained.score(input as Tensor4D, relu)))(x) as Tensor4D;
}

/** ∂S_c/∂A, `[batch, u, v, k]`, with the ReLUs' ordinary derivative. */
export function featureGradient(layer: ExplainedLayer): Tensor4D {
  return tf.grad((a: Tensor): Tensor => tf.sum(layer.score(a as Tensor4D)))(layer.features) as Tensor4D;
}

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { TensorMap, TensorSpec } from '../../compute/program.ts';

/**
 * Dynamic loss scaling, by the rule and with the numbers of `torch.amp.GradScaler`: the loss is multiplied by
 * the scale, so that small gradients survive float16, and the gradients divided by it. A step whose gradients
 * are not all finite is skipped and halves the scale; 2,000 steps in a row that are not double it.
 */
export interface LossScale {
  readonly scale: number;
  /** Since the scale last changed. */
  readonly goodSteps: number;
}

export const INITIAL_LOSS_SCALE: LossScale = { scale: 2 ** 16, goodSteps: 0 };

const GROWTH = 2;
const BACKOFF = 0.5;
const GROWTH_INTERVAL = 2000;
/** The largest power of two in float32. */
const LARGEST_SCALE = 2 ** 127;

/** Names of a training step's state. */
const SCALE = 'loss scale';
const GOOD_STEPS = 'good steps';

export const lossScaleInputs: Readonly<Record<string, TensorSpec>> = {
  [SCALE]: { dtype: 'float32', shape: [] },
  [GOOD_STEPS]: { dtype: 'float32', shape: [] },
};

export function lossScaleValues({ scale, goodSteps }: LossScale): TensorMap {
  const value = (number: number) =>
    ({ dtype: 'float32', shape: [], values: Float32Array.of(number) }) as const;
  return { [SCALE]: value(scale), [GOOD_STEPS]: value(goodSteps) };
}

/** Null where the program scales no loss. */
export function lossScaleOf(values: TensorMap): LossScale | null {
  const [scale, goodSteps] = [values[SCALE], values[GOOD_STEPS]];
  if (scale === undefined || goodSteps === undefined) return null;
  return { scale: scale.values[0]!, goodSteps: goodSteps.values[0]! };
}

type Inputs = Readonly<Record<string, Tensor>>;

/** The loss that gradients are taken of. */
export function scaledLoss(loss: Scalar, inputs: Inputs): Scalar {
  return tf.mul(loss, inputs[SCALE]!);
}

interface Unscaled {
  /** Of the loss itself. */
  readonly gradients: readonly Tensor[];
  /** 1 where all of them are finite, else 0. */
  readonly finite: Scalar;
}

export function unscaled(gradients: readonly Tensor[], inputs: Inputs): Unscaled {
  const inverse = tf.reciprocal(inputs[SCALE]!);
  // A sum is finite only if all that it is of are.
  const sums = gradients.map((gradient) => tf.sum<Scalar>(gradient));
  return {
    gradients: gradients.map((gradient) => tf.mul(gradient, inverse)),
    finite: tf.cast(tf.isFinite(tf.addN(sums)), 'float32'),
  };
}

/** `taken` where the step is taken, `skipped` where it is skipped: tensors of one shape. */
function choose(finite: Scalar, taken: Tensor, skipped: Tensor): Tensor {
  return tf.where(tf.greater(tf.mul(finite, tf.onesLike(taken)), 0), taken, skipped);
}

/** The loss scale after a step, by input name. */
function nextLossScale(finite: Scalar, inputs: Inputs): Record<string, Tensor> {
  const [scale, goodSteps] = [inputs[SCALE]!, inputs[GOOD_STEPS]!];
  const good = tf.add(goodSteps, 1);
  const zero = tf.zerosLike(good);
  const enough = tf.greaterEqual(good, GROWTH_INTERVAL);
  const canGrow = tf.less(scale, LARGEST_SCALE);
  const grown = tf.where(tf.logicalAnd(enough, canGrow), tf.mul(scale, GROWTH), scale);
  return {
    [SCALE]: choose(finite, grown, tf.mul(scale, BACKOFF)),
    [GOOD_STEPS]: choose(finite, tf.where(enough, zero, good), zero),
  };
}

/**
 * A step's outputs, but that all state (output name → input name) stays what it is where the gradients are not
 * finite; with the next loss scale, and with what happened: the `scale` before the step, and `finite`.
 */
export function skippable(
  outputs: Inputs,
  state: Readonly<Record<string, string>>,
  finite: Scalar,
  inputs: Inputs,
): Record<string, Tensor> {
  const scale = nextLossScale(finite, inputs);
  const chosen = Object.entries(state).map(([output, input]) => [
    output,
    scale[input] ?? choose(finite, outputs[output]!, inputs[input]!),
  ]);
  return {
    ...outputs,
    ...(Object.fromEntries(chosen) as Record<string, Tensor>),
    scale: tf.clone(inputs[SCALE]!),
    finite,
  };
}

import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../../compute/ops/cross-entropy.ts';
import type { CompileOptions, Precision, TensorFunction, TensorSpec } from '../../compute/program.ts';
import { isTrained } from '../model/initial.ts';
import { keptWeights } from '../model/kept-weights.ts';
import type { ForwardResult, Model, Weights } from '../model/model.ts';
import { averageOf } from './average.ts';
import { lossScaleInputs, scaledLoss, skippable, unscaled } from './loss-scale.ts';
import type { TrainParams } from './params.ts';

/** Name of a weight's momentum among a program's inputs. */
export function momentumOf(weight: string): string {
  return `momentum/${weight}`;
}

/** Name of an output that becomes the input of that name. */
function next(input: string): string {
  return `next/${input}`;
}

function nextOf(inputs: readonly string[]): Record<string, string> {
  return Object.fromEntries(inputs.map((input) => [next(input), input]));
}

function float(shape: readonly number[]): TensorSpec {
  return { dtype: 'float32', shape };
}

/** Tensors made inside `tf.grads`, brought out of it: what is kept there nobody else would free. */
function released(kept: Tensor): Tensor {
  const copy = tf.clone(kept);
  kept.dispose();
  return copy;
}

interface ScoredResult extends ForwardResult {
  readonly loss: Scalar;
}

/** What of `params.train` decides on a step. */
type StepParams = Pick<TrainParams, 'momentum' | 'weightDecay'> &
  Partial<Pick<TrainParams, 'precision' | 'average'>>;

/**
 * One step of momentum SGD as PyTorch defines it: v = m·v + g, w −= rate·v, with the weight decay in g.
 * Weights, running averages and momenta are state; `x`, `labels` (one-hot) and `rate` are fed; the outputs
 * are the batch's mean `loss` and its `logits`, before the step. With `average`, exponential averages of the
 * trained weights are state, too: a' = decay·a + (1 − decay)·w, of the weights after the step, `decay` being fed.
 *
 * In mixed precision the loss scale is state, too, and there are two outputs more: the `scale` before the step,
 * and whether the gradients are `finite`, 1 or 0. Where they are not, weights, momenta and running averages
 * stay what they are; of PyTorch's, the running averages do not.
 */
export function trainingStep(
  model: Model,
  { momentum, weightDecay, precision = 'float32', average = null }: StepParams,
  imageShape: readonly number[],
  batchSize: number,
): { readonly fn: TensorFunction; readonly options: CompileOptions } {
  const trained = model.weights.filter(isTrained);
  const averaged = model.weights.filter((spec) => !isTrained(spec));
  const mixed = precision === 'mixed';

  const fn: TensorFunction = (inputs) => {
    const running = Object.fromEntries(averaged.map(({ name }) => [name, inputs[name]!]));
    let result: ScoredResult | null = null;
    const objective = (...values: Tensor[]): Scalar => {
      const weights: Weights = {
        ...running,
        ...Object.fromEntries(trained.map(({ name }, i) => [name, values[i]!])),
      };
      const given = model.forward(weights, inputs.x as Tensor4D, { training: true, relu: tf.relu });
      const loss: Scalar = tf.mean(softmaxCrossEntropy(given.logits, inputs.labels as Tensor2D));
      result = { ...given, loss };
      for (const kept of [loss, given.logits, ...Object.values(given.averages)]) tf.keep(kept);
      return mixed ? scaledLoss(loss, inputs) : loss;
    };
    const { grads } = tf.valueAndGrads(objective)(trained.map(({ name }) => inputs[name]!));
    const { loss, logits, averages } = result as unknown as ScoredResult;
    const { gradients, finite } = mixed ? unscaled(grads, inputs) : { gradients: grads, finite: null };

    const outputs: Record<string, Tensor> = { loss: released(loss), logits: released(logits) };
    for (const [name, average] of Object.entries(averages)) outputs[next(name)] = released(average);
    trained.forEach(({ name }, i) => {
      const weight = inputs[name]!;
      const decayed = weightDecay === 0 ? gradients[i]! : tf.add(gradients[i]!, tf.mul(weight, weightDecay));
      const moved = tf.add(tf.mul(inputs[momentumOf(name)]!, momentum), decayed);
      outputs[next(momentumOf(name))] = moved;
      const stepped = tf.sub(weight, tf.mul(moved, inputs.rate!));
      outputs[next(name)] = stepped;
      if (average === null) return;
      const towards = tf.mul(tf.sub(stepped, inputs[averageOf(name)]!), tf.sub(1, inputs.decay!));
      outputs[next(averageOf(name))] = tf.add(inputs[averageOf(name)]!, towards);
    });
    return finite === null ? outputs : skippable(outputs, state, finite, inputs);
  };

  const inputs: Record<string, TensorSpec> = {
    x: float([batchSize, ...imageShape]),
    labels: float([batchSize, model.classes]),
    rate: float([]),
  };
  for (const { name, shape } of model.weights) inputs[name] = float(shape);
  for (const { name, shape } of trained) inputs[momentumOf(name)] = float(shape);
  if (average !== null) {
    inputs.decay = float([]);
    for (const { name, shape } of trained) inputs[averageOf(name)] = float(shape);
  }
  if (mixed) Object.assign(inputs, lossScaleInputs);
  const fed = ['x', 'labels', 'rate', 'decay'];
  const state = nextOf(Object.keys(inputs).filter((name) => !fed.includes(name)));
  return { fn, options: { inputs, state, precision } };
}

/** The net as it is used: running averages, no gradients. The weights are state that stays what it is. */
export function inference(
  model: Model,
  imageShape: readonly number[],
  batchSize: number,
  precision: Precision = 'float32',
): { readonly fn: TensorFunction; readonly options: CompileOptions } {
  const kept = keptWeights(model);
  return {
    fn: (given) => {
      const { logits } = model.forward(given, given.x as Tensor4D, { training: false, relu: tf.relu });
      return { logits, ...kept.outputs(given) };
    },
    options: {
      inputs: { x: float([batchSize, ...imageShape]), ...kept.inputs },
      state: kept.state,
      precision,
    },
  };
}

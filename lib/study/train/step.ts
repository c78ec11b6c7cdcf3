import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../../compute/ops/cross-entropy.ts';
import type { CompileOptions, TensorFunction, TensorSpec } from '../../compute/program.ts';
import { isTrained } from '../model/initial.ts';
import { keptWeights } from '../model/kept-weights.ts';
import type { ForwardResult, Model, Weights } from '../model/model.ts';
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

/**
 * One step of momentum SGD as PyTorch defines it: v = m·v + g, w −= rate·v, with the weight decay in g.
 * Weights, running averages and momenta are state; `x`, `labels` (one-hot) and `rate` are fed; the outputs
 * are the batch's mean `loss` and its `logits`, before the step.
 */
export function trainingStep(
  model: Model,
  params: Pick<TrainParams, 'momentum' | 'weightDecay'>,
  imageShape: readonly number[],
  batchSize: number,
): { readonly fn: TensorFunction; readonly options: CompileOptions } {
  const trained = model.weights.filter(isTrained);
  const averaged = model.weights.filter((spec) => !isTrained(spec));

  const fn: TensorFunction = (inputs) => {
    const running = Object.fromEntries(averaged.map(({ name }) => [name, inputs[name]!]));
    let result: ForwardResult | null = null;
    const loss = (...values: Tensor[]): Scalar => {
      const weights: Weights = {
        ...running,
        ...Object.fromEntries(trained.map(({ name }, i) => [name, values[i]!])),
      };
      result = model.forward(weights, inputs.x as Tensor4D, { training: true, relu: tf.relu });
      tf.keep(result.logits);
      Object.values(result.averages).forEach((average) => tf.keep(average));
      return tf.mean(softmaxCrossEntropy(result.logits, inputs.labels as Tensor2D));
    };
    const { value, grads } = tf.valueAndGrads(loss)(trained.map(({ name }) => inputs[name]!));
    const { logits, averages } = result as unknown as ForwardResult;

    const outputs: Record<string, Tensor> = { loss: value, logits: released(logits) };
    for (const [name, average] of Object.entries(averages)) outputs[next(name)] = released(average);
    trained.forEach(({ name }, i) => {
      const weight = inputs[name]!;
      const decayed =
        params.weightDecay === 0 ? grads[i]! : tf.add(grads[i]!, tf.mul(weight, params.weightDecay));
      const momentum = tf.add(tf.mul(inputs[momentumOf(name)]!, params.momentum), decayed);
      outputs[next(momentumOf(name))] = momentum;
      outputs[next(name)] = tf.sub(weight, tf.mul(momentum, inputs.rate!));
    });
    return outputs;
  };

  const inputs: Record<string, TensorSpec> = {
    x: float([batchSize, ...imageShape]),
    labels: float([batchSize, model.classes]),
    rate: float([]),
  };
  for (const { name, shape } of model.weights) inputs[name] = float(shape);
  for (const { name, shape } of trained) inputs[momentumOf(name)] = float(shape);
  const state = nextOf([
    ...model.weights.map(({ name }) => name),
    ...trained.map(({ name }) => momentumOf(name)),
  ]);
  return { fn, options: { inputs, state } };
}

/** The net as it is used: running averages, no gradients. The weights are state that stays what it is. */
export function inference(
  model: Model,
  imageShape: readonly number[],
  batchSize: number,
): { readonly fn: TensorFunction; readonly options: CompileOptions } {
  const kept = keptWeights(model);
  return {
    fn: (given) => {
      const { logits } = model.forward(given, given.x as Tensor4D, { training: false, relu: tf.relu });
      return { logits, ...kept.outputs(given) };
    },
    options: { inputs: { x: float([batchSize, ...imageShape]), ...kept.inputs }, state: kept.state },
  };
}

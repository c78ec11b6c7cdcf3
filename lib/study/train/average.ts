import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, Program, TensorMap, TensorValue } from '../../compute/program.ts';
import { MOMENTUM } from '../model/batch-norm.ts';
import { isTrained } from '../model/initial.ts';
import { keptWeights } from '../model/kept-weights.ts';
import type { Model, WeightSpec } from '../model/model.ts';

/** Name of a weight's average among a program's inputs, and in files beside other tensors of that weight. */
export function averageOf(weight: string): string {
  return `average/${weight}`;
}

/**
 * Share of the average that a step keeps, so that a step's weight falls to 1/e within `epochs`. The first
 * steps keep less, (1 + t)/(10 + t), or the average would long be that of untrained weights.
 */
export function averageDecay(epochs: number, stepsPerEpoch: number, stepsDone: number): number {
  const settled = 1 - 1 / Math.max(1, epochs * stepsPerEpoch);
  return Math.min(settled, (1 + stepsDone) / (10 + stepsDone));
}

/**
 * Batch norm's averages for averaged weights: those of the trained weights belong to other activations. The
 * plain mean over some training batches of each batch's own mean and (unbiased) variance (Izmailov et al. 2018,
 * *Averaging weights leads to wider optima and better generalization*, §3.2).
 */
export class AverageSettler {
  readonly #program: Program;
  readonly #running: readonly WeightSpec[];

  private constructor(program: Program, running: readonly WeightSpec[]) {
    this.#program = program;
    this.#running = running;
  }

  /** `shape`: of a batch, `[batch, height, width, channels]`. */
  static async compile(engine: Engine, model: Model, shape: readonly number[]): Promise<AverageSettler> {
    const kept = keptWeights(model);
    const program = await engine.compile(
      (given) => {
        const options = { training: true, relu: tf.relu };
        const { averages } = model.forward(given, given.x as Tensor4D, options);
        const named = Object.entries(averages).map(([name, value]) => [averageOf(name), value] as const);
        return { ...Object.fromEntries(named), ...kept.outputs(given) };
      },
      { inputs: { x: { dtype: 'float32', shape }, ...kept.inputs }, state: kept.state },
    );
    const running = model.weights.filter((spec) => !isTrained(spec));
    return new AverageSettler(program, running);
  }

  /** The averaged weights with averages of their own. */
  async settle(averages: TensorMap, batches: Iterable<TensorValue>): Promise<TensorMap> {
    const sums = this.#running.map((spec) => ({ spec, values: new Float64Array(sizeOf(spec)) }));
    // From running averages of 0, a batch's own come back as their share in the next ones.
    const zeros = Object.fromEntries(this.#running.map((spec) => [spec.name, zeroOf(spec)]));
    this.#program.setState({ ...averages, ...zeros });
    let count = 0;
    for (const x of batches) {
      const found = await this.#program.run({ x });
      for (const { spec, values } of sums)
        found[averageOf(spec.name)]!.values.forEach((value, i) => (values[i]! += value / MOMENTUM));
      count++;
    }
    const settled = sums.map(({ spec: { name, shape }, values }) => {
      const mean = Float32Array.from(values, (sum) => sum / count);
      return [name, { dtype: 'float32', shape, values: mean }] as const;
    });
    return { ...averages, ...Object.fromEntries(settled) };
  }
}

function sizeOf({ shape }: WeightSpec): number {
  return shape.reduce((product, length) => product * length, 1);
}

function zeroOf(spec: WeightSpec): TensorValue {
  return { dtype: 'float32', shape: spec.shape, values: new Float32Array(sizeOf(spec)) };
}

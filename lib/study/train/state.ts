import type { Precision, TensorMap } from '../../compute/program.ts';
import { initialWeights, isTrained } from '../model/initial.ts';
import type { Model } from '../model/model.ts';
import { INITIAL_LOSS_SCALE, type LossScale, lossScaleOf, lossScaleValues } from './loss-scale.ts';
import { momentumOf } from './step.ts';

/** All that training carries from epoch to epoch. */
export interface TrainingState {
  /** Epochs done. */
  readonly epoch: number;
  /** Running averages included. */
  readonly weights: TensorMap;
  /** By weight name. */
  readonly momenta: TensorMap;
  /** Null unless training in mixed precision. */
  readonly lossScale: LossScale | null;
  /** Of the monitored loss, over all epochs so far; Infinity before the first. */
  readonly lowestLoss: number;
}

/** The state before the first epoch. */
export function initialState(model: Model, seed: number, precision: Precision = 'float32'): TrainingState {
  const zeros = model.weights.filter(isTrained).map(({ name, shape }) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return [name, { dtype: 'float32', shape, values }] as const;
  });
  return {
    epoch: 0,
    weights: initialWeights(model.weights, seed),
    momenta: Object.fromEntries(zeros),
    lossScale: precision === 'mixed' ? INITIAL_LOSS_SCALE : null,
    lowestLoss: Infinity,
  };
}

type Values = Pick<TrainingState, 'weights' | 'momenta' | 'lossScale'>;

/** Under the names that the training step's program gives them. */
export function toProgram({ weights, momenta, lossScale }: Values): TensorMap {
  const named = Object.entries(momenta).map(([name, value]) => [momentumOf(name), value]);
  const scale = lossScale === null ? {} : lossScaleValues(lossScale);
  return { ...weights, ...(Object.fromEntries(named) as TensorMap), ...scale };
}

export function fromProgram(model: Model, values: TensorMap): Values {
  const trained = model.weights.filter(isTrained);
  return {
    weights: Object.fromEntries(model.weights.map(({ name }) => [name, values[name]!])),
    momenta: Object.fromEntries(trained.map(({ name }) => [name, values[momentumOf(name)]!])),
    lossScale: lossScaleOf(values),
  };
}

import type { TensorMap, TensorValue } from '../../compute/program.ts';
import { initialWeights, isTrained } from '../model/initial.ts';
import type { Model } from '../model/model.ts';
import { INITIAL_LOSS_SCALE, type LossScale, lossScaleOf, lossScaleValues } from './loss-scale.ts';
import { averageOf } from './average.ts';
import type { TrainParams } from './params.ts';
import { momentumOf } from './step.ts';

/** All that training carries from epoch to epoch. */
export interface TrainingState {
  /** Epochs done. */
  readonly epoch: number;
  /** Running averages included. */
  readonly weights: TensorMap;
  /** By weight name. */
  readonly momenta: TensorMap;
  /** Exponential averages of what is trained, by weight name; null where none are taken. */
  readonly averages: TensorMap | null;
  /** Null unless training in mixed precision. */
  readonly lossScale: LossScale | null;
  /** Of the monitored loss, over all epochs so far; Infinity before the first. */
  readonly lowestLoss: number;
}

/** The state before the first epoch; averages begin with the first weights. */
export function initialState(
  model: Model,
  seed: number,
  { precision = 'float32', average = null }: Partial<Pick<TrainParams, 'precision' | 'average'>> = {},
): TrainingState {
  const weights = initialWeights(model.weights, seed);
  const zeros = model.weights.filter(isTrained).map(({ name, shape }) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return [name, { dtype: 'float32', shape, values }] as const;
  });
  return {
    epoch: 0,
    weights,
    momenta: Object.fromEntries(zeros),
    averages: average !== null ? ofTrained(model, (name) => weights[name]!) : null,
    lossScale: precision === 'mixed' ? INITIAL_LOSS_SCALE : null,
    lowestLoss: Infinity,
  };
}

function ofTrained(model: Model, value: (name: string) => TensorValue): TensorMap {
  return Object.fromEntries(model.weights.filter(isTrained).map(({ name }) => [name, value(name)]));
}

type Values = Pick<TrainingState, 'weights' | 'momenta' | 'averages' | 'lossScale'>;

/** Under the names that the training step's program gives them. */
export function toProgram({ weights, momenta, averages, lossScale }: Values): TensorMap {
  const named = (values: TensorMap, nameOf: (weight: string) => string): TensorMap =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value]));
  const scale = lossScale === null ? {} : lossScaleValues(lossScale);
  return { ...weights, ...named(momenta, momentumOf), ...named(averages ?? {}, averageOf), ...scale };
}

export function fromProgram(model: Model, values: TensorMap): Values {
  const averaged = Object.hasOwn(values, averageOf('linear.weight'));
  return {
    weights: Object.fromEntries(model.weights.map(({ name }) => [name, values[name]!])),
    momenta: ofTrained(model, (name) => values[momentumOf(name)]!),
    averages: averaged ? ofTrained(model, (name) => values[averageOf(name)]!) : null,
    lossScale: lossScaleOf(values),
  };
}

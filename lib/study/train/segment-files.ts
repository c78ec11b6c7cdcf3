import { type ArrowTable, type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import type { TensorMap } from '../../compute/program.ts';
import { isTrained } from '../model/initial.ts';
import type { Model, WeightSpec } from '../model/model.ts';
import { readWeights, weightColumns } from '../model/weights-file.ts';
import { averageOf } from './average.ts';
import { isKept, type KeepParams } from './keep.ts';
import { keptColumns } from './kept-file.ts';
import { logColumns } from './log.ts';
import type { LossScale } from './loss-scale.ts';
import type { EpochLog } from './log.ts';
import { type EpochPredictions, predictionColumns } from './predictions.ts';
import type { TrainingState } from './state.ts';
import type { TrainedEpoch } from './train.ts';

/** Where the outputs of a segment of training go, or come from. */
export interface SegmentPaths {
  /** Weights and running averages after the segment: one row. */
  readonly model: string;
  /** Momenta and averages after the segment, the lowest monitored loss so far, and the loss scale where there is one: one row. */
  readonly optimiser: string;
  /** Weights, trained and averaged, of the segment's epochs that are kept. */
  readonly kept: string;
  /** What the net says of images: one row per epoch of the segment. */
  readonly predictions: string;
  /** One row per epoch of the segment. */
  readonly log: string;
}

type Provenance = Readonly<Record<string, string>>;

/** The state that a segment left in its `model` and `optimiser` files. */
export async function readState(
  model: Model,
  paths: Pick<SegmentPaths, 'model' | 'optimiser'>,
): Promise<TrainingState> {
  const weights = await readArrow(paths.model);
  const optimiser = await readArrow(paths.optimiser);
  return {
    epoch: weights.numbers('epoch')[0]!,
    weights: readWeights(weights, model.weights),
    momenta: readWeights(optimiser, model.weights.filter(isTrained)),
    averages: readAverages(optimiser, model),
    lossScale: readLossScale(optimiser),
    lowestLoss: optimiser.numbers('lowest_loss')[0]!,
  };
}

/** The trained weights' specs under the names of their averages. */
function averageSpecs(model: Model): WeightSpec[] {
  return model.weights.filter(isTrained).map((spec) => ({ ...spec, name: averageOf(spec.name) }));
}

function renamed(values: TensorMap, nameOf: (name: string) => string): TensorMap {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value]));
}

function readAverages(optimiser: ArrowTable, model: Model): TensorMap | null {
  const prefix = averageOf('');
  if (!Object.keys(optimiser.columns).some((name) => name.startsWith(prefix))) return null;
  return renamed(readWeights(optimiser, averageSpecs(model)), (name) => name.slice(prefix.length));
}

/** None where the loss is not scaled. */
function lossScaleColumns(lossScale: LossScale | null): Columns {
  if (lossScale === null) return {};
  return {
    loss_scale: { type: 'float64', values: [lossScale.scale] },
    good_steps: { type: 'int32', values: [lossScale.goodSteps] },
  };
}

function readLossScale(optimiser: ArrowTable): LossScale | null {
  if (optimiser.columns.loss_scale === undefined) return null;
  const [scale, goodSteps] = [optimiser.numbers('loss_scale')[0]!, optimiser.numbers('good_steps')[0]!];
  return { scale, goodSteps };
}

async function writeState(
  model: Model,
  state: TrainingState,
  paths: SegmentPaths,
  metadata: Provenance,
): Promise<void> {
  const epoch: Columns = { epoch: { type: 'int32', values: [state.epoch] } };
  await writeArrow(paths.model, { ...epoch, ...weightColumns(model.weights, [state.weights]) }, { metadata });
  const optimiser: Columns = {
    ...epoch,
    lowest_loss: { type: 'float64', values: [state.lowestLoss] },
    ...lossScaleColumns(state.lossScale),
    ...weightColumns(model.weights.filter(isTrained), [state.momenta]),
    ...(state.averages && weightColumns(averageSpecs(model), [renamed(state.averages, averageOf)])),
  };
  await writeArrow(paths.optimiser, optimiser, { metadata });
}

/**
 * Writes what a segment's epochs give, the weights kept of them while it runs: they may be many, and are not
 * held in memory.
 */
export async function writeSegment(
  model: Model,
  epochs: AsyncIterable<TrainedEpoch>,
  keep: KeepParams,
  paths: SegmentPaths,
  metadata: Provenance,
): Promise<void> {
  const log: EpochLog[] = [];
  const predictions: EpochPredictions[] = [];
  const states: TrainingState[] = [];
  let written = 0;
  async function* kept(): AsyncGenerator<Columns, void, undefined> {
    for await (const { state, averaged, record, ...epoch } of epochs) {
      log.push(epoch.log);
      predictions.push(epoch.predictions);
      states[0] = state;
      if (!record && !isKept(state.epoch, keep)) continue;
      written++;
      yield keptColumns(model.weights, state.epoch, { trained: state.weights, averaged });
    }
    if (written === 0) yield keptColumns(model.weights, 0, {});
  }
  await writeArrow(paths.kept, kept(), { metadata });
  const [last] = states;
  if (!last) throw new Error('a segment of training has at least one epoch');
  await writeState(model, last, paths, metadata);
  await writeArrow(paths.predictions, predictionColumns(predictions), { metadata });
  await writeArrow(paths.log, logColumns(log), { metadata });
}

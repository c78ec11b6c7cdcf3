import { type ArrowTable, type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import { isTrained } from '../model/initial.ts';
import type { Model } from '../model/model.ts';
import { readWeights, weightColumns } from '../model/weights-file.ts';
import { logColumns } from './log.ts';
import type { LossScale } from './loss-scale.ts';
import type { EpochLog } from './log.ts';
import type { TrainingState } from './state.ts';
import type { TrainedEpoch } from './train.ts';

/** Where the outputs of a segment of training go, or come from. */
export interface SegmentPaths {
  /** Weights and running averages after the segment: one row. */
  readonly model: string;
  /** Momenta after the segment, the lowest monitored loss so far, and the loss scale where there is one: one row. */
  readonly optimiser: string;
  /** Weights of every epoch of the segment with a new lowest monitored loss: a row each, or none. */
  readonly records: string;
  /** One row per epoch of the segment. */
  readonly log: string;
}

type Provenance = Readonly<Record<string, string>>;

function epochColumn(epochs: readonly number[]): Columns {
  return { epoch: { type: 'int32', values: epochs } };
}

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
    lossScale: readLossScale(optimiser),
    lowestLoss: optimiser.numbers('lowest_loss')[0]!,
  };
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
  const epoch = epochColumn([state.epoch]);
  await writeArrow(paths.model, { ...epoch, ...weightColumns(model.weights, [state.weights]) }, { metadata });
  const lowest: Columns = { lowest_loss: { type: 'float64', values: [state.lowestLoss] } };
  const momenta = weightColumns(model.weights.filter(isTrained), [state.momenta]);
  const scale = lossScaleColumns(state.lossScale);
  await writeArrow(paths.optimiser, { ...epoch, ...lowest, ...scale, ...momenta }, { metadata });
}

/**
 * Writes what a segment's epochs give, its records while it runs: they may be many, and are not kept in
 * memory.
 */
export async function writeSegment(
  model: Model,
  epochs: AsyncIterable<TrainedEpoch>,
  paths: SegmentPaths,
  metadata: Provenance,
): Promise<void> {
  const log: EpochLog[] = [];
  const states: TrainingState[] = [];
  let written = 0;
  async function* records(): AsyncGenerator<Columns, void, undefined> {
    for await (const epoch of epochs) {
      log.push(epoch.log);
      states[0] = epoch.state;
      if (!epoch.record) continue;
      written++;
      yield { ...epochColumn([epoch.log.epoch]), ...weightColumns(model.weights, [epoch.state.weights]) };
    }
    if (written === 0) yield { ...epochColumn([]), ...weightColumns(model.weights, []) };
  }
  await writeArrow(paths.records, records(), { metadata });
  const last = states[0];
  if (!last) throw new Error('a segment of training has at least one epoch');
  await writeState(model, last, paths, metadata);
  await writeArrow(paths.log, logColumns(log), { metadata });
}

import type { Engine, TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { HistoryRow } from '../model/imported/history.ts';
import type { Model } from '../model/model.ts';
import { Evaluator, type Score } from './evaluate.ts';
import type { EpochLog } from './log.ts';
import { type EpochPredictions, noPredictions } from './predictions.ts';
import { inference } from './step.ts';

interface Checkpoint {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: TensorMap;
  readonly epoch: number;
  /** The images whose loss decides on early stopping. */
  readonly validate: 'validation' | 'test';
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
  /** What is known already of the epoch; the rest is computed. */
  readonly known: HistoryRow | null;
  /** Images that pass through the net at once, which changes nothing. */
  readonly together: number;
  readonly signal: AbortSignal;
}

/** More images in a pass make nothing faster. */
export const MOST_SCORED = 100;

/** What training would have written of a checkpoint that was trained elsewhere. */
export async function scoreCheckpoint(
  checkpoint: Checkpoint,
): Promise<{ readonly log: EpochLog; readonly predictions: EpochPredictions }> {
  const { engine, model, weights, epoch, validate, known, together, signal } = checkpoint;
  const { height, width, channels } = checkpoint.train.set;
  const { fn, options } = inference(model, [height, width, channels], together);
  const evaluator = new Evaluator(await engine.compile(fn, options), together);
  evaluator.use(weights);
  const [ofTrain, ofTest] = [checkpoint.train, checkpoint.test].map(({ set }) => noPredictions(set.count));
  const score = async (part: 'train' | 'validation'): Promise<Score | null> =>
    known?.scores[part] ??
    (await evaluator.score(checkpoint[part], signal, part === 'train' ? ofTrain : undefined));
  const train = (await score('train'))!;
  const validation = await score('validation');
  // Computed all the same: what is said of each test image is part of the study.
  const scored = await evaluator.score(checkpoint.test, signal, ofTest);
  const test = known?.scores.test ?? scored;
  const monitored = validate === 'test' ? test : validation;
  if (monitored === null)
    throw new Error(
      `there are no ${validate} images to decide on early stopping; set \`${validate}\` of the data set`,
    );
  const last = model.weights.findLast(({ role }) => role === 'linear');
  return {
    log: {
      epoch,
      train,
      validation,
      test,
      averaged: null,
      monitoredLoss: monitored.loss,
      lastLayerNorm: last === undefined ? 0 : Math.hypot(...weights[last.name]!.values),
      learningRate: known?.learningRate ?? null,
    },
    predictions: { epoch, test: ofTest!, averaged: null, train: ofTrain! },
  };
}

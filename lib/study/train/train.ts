import type { TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import { AverageSettler } from './average.ts';
import { EpochRunner } from './epoch.ts';
import type { EpochOptions } from './epoch.ts';
import { Evaluator } from './evaluate.ts';
import type { AveragedScores, EpochLog } from './log.ts';
import { type EpochPredictions, noPredictions, type Predictions } from './predictions.ts';
import { learningRateAt } from './schedule.ts';
import { fromProgram, toProgram } from './state.ts';
import type { TrainingState } from './state.ts';
import { inference } from './step.ts';

/** Images scored at once: four share a block of channels in the narrowest nets, and round sets leave no rest. */
const EVALUATION_BATCH = 100;

export interface TrainOptions extends EpochOptions {
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
}

export interface TrainedEpoch {
  readonly log: EpochLog;
  readonly state: TrainingState;
  /** The averaged weights, with batch norm's averages measured for them; null where none are taken. */
  readonly averaged: TensorMap | null;
  readonly predictions: EpochPredictions;
  /** The monitored loss is lower than in all epochs before: a candidate for early stopping. */
  readonly record: boolean;
  /** Steps whose gradients were not finite: in mixed precision they are skipped. */
  readonly skipped: number;
  /** Images trained on per second; in no file, since it is never twice the same. */
  readonly imagesPerSecond: number;
}

function frobeniusNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

async function createEvaluator({ engine, model, params, train }: TrainOptions): Promise<Evaluator> {
  const { height, width, channels } = train.set;
  const shape = [height, width, channels];
  const { fn, options } = inference(model, shape, EVALUATION_BATCH, params.evaluationPrecision);
  return new Evaluator(await engine.compile(fn, options), EVALUATION_BATCH);
}

/** Measures batch norm's averages on an epoch's first batches; null where no weights are averaged. */
async function createSettler(
  { engine, model, params, train }: TrainOptions,
  runner: EpochRunner,
): Promise<{ settle(averages: TensorMap, epoch: number): Promise<TensorMap> } | null> {
  const { average, batchSize } = params;
  if (average === null) return null;
  const { height, width, channels } = train.set;
  const settler = await AverageSettler.compile(engine, model, [batchSize, height, width, channels]);
  return {
    settle: (averages, epoch) => settler.settle(averages, runner.inputs(epoch, average.batches)),
  };
}

function checkMonitored({ params, validation, test }: TrainOptions): void {
  const monitored = params.validate === 'test' ? test : validation;
  if (monitored.set.count > 0) return;
  throw new Error(
    `params.train.validate is ${params.validate}, and there are no ${params.validate} images; ` +
      'set `validation` of the data set, or params.train.validate: test',
  );
}

/**
 * Trains from a state up to an epoch, yielding after each. Where it starts and stops makes no difference to
 * the numbers: all that is random is drawn by seed, epoch and image.
 */
export async function* trainEpochs(
  options: TrainOptions,
  start: TrainingState,
  to: number,
): AsyncGenerator<TrainedEpoch, void, undefined> {
  const { model, params, train, validation, test, signal } = options;
  checkMonitored(options);
  const runner = await EpochRunner.compile(options);
  const evaluator = await createEvaluator(options);
  const settler = await createSettler(options, runner);
  runner.program.setState(toProgram(start));
  let { lowestLoss } = start;

  for (let epoch = start.epoch + 1; epoch <= to; epoch++) {
    const learningRate = learningRateAt(params, epoch);
    const began = performance.now();
    const running = await runner.run(epoch, learningRate);
    const imagesPerSecond = (1000 * runner.images) / (performance.now() - began);

    const values = fromProgram(model, await runner.program.getState());
    const ofTest = noPredictions(test.set.count);
    evaluator.use(values.weights);
    const scores = {
      train: params.evaluateTrain ? (await evaluator.score(train, signal))! : running.score,
      validation: await evaluator.score(validation, signal),
      test: await evaluator.score(test, signal, ofTest),
    };
    const averaged = settler && (await settler.settle(values.averages!, epoch));
    const ofAverage = averaged && (await scoreAveraged(evaluator, averaged, options));
    const monitoredLoss = scores[params.validate]!.loss;
    const record = monitoredLoss < lowestLoss;
    if (record) lowestLoss = monitoredLoss;
    const lastLayerNorm = frobeniusNorm(values.weights['linear.weight']!.values);
    yield {
      log: {
        ...{ epoch, ...scores, averaged: ofAverage && ofAverage.scores },
        ...{ monitoredLoss, lastLayerNorm, learningRate },
      },
      state: { epoch, ...values, lowestLoss },
      averaged,
      predictions: {
        ...{ epoch, test: ofTest, averaged: ofAverage && ofAverage.predictions },
        train: running.predictions,
      },
      record,
      skipped: running.skipped,
      imagesPerSecond,
    };
  }
}

async function scoreAveraged(
  evaluator: Evaluator,
  averaged: TensorMap,
  { params, validation, test, signal }: TrainOptions,
): Promise<{ readonly scores: AveragedScores; readonly predictions: Predictions }> {
  evaluator.use(averaged);
  const predictions = noPredictions(test.set.count);
  const scores = {
    validation: await evaluator.score(validation, signal),
    test: await evaluator.score(test, signal, predictions),
  };
  return { scores: { ...scores, monitoredLoss: scores[params.validate]!.loss }, predictions };
}

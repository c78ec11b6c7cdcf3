/* Run by processes.test.ts: `<directory> <threads>` trains one segment from nothing and writes its files. */
import { join } from 'node:path';
import { createEngine } from '../../../lib/compute/engine.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { trainParams } from '../../../lib/study/train/params.ts';
import { writeSegment } from '../../../lib/study/train/segment-files.ts';
import { initialState } from '../../../lib/study/train/state.ts';
import { trainEpochs } from '../../../lib/study/train/train.ts';
import { CLASSES, tinyImages } from './tiny.ts';

const [directory, threads] = process.argv.slice(2) as [string, string];
const engine = await createEngine({ backend: 'auto', device: 'auto', threads: Number(threads) });
const train = tinyImages(100, 'train');
// Widths of half a block, one and two.
const model = createModel({ family: 'resnet-cifar', depth: 8, width: 8 }, train.set, CLASSES.length);
const options = {
  engine,
  model,
  params: trainParams.parse({ batchSize: 32, learningRate: 0.05, momentum: 0.9, dropLast: false }),
  augment: true,
  seed: 7,
  train,
  validation: tinyImages(12, 'validation'),
  test: tinyImages(9, 'test'),
  signal: new AbortController().signal,
};
const paths = {
  model: join(directory, 'model.arrow'),
  optimiser: join(directory, 'optimiser.arrow'),
  kept: join(directory, 'kept.arrow'),
  predictions: join(directory, 'predictions.arrow'),
  log: join(directory, 'log.arrow'),
};
const start = initialState(model, options.seed, options.params);
await writeSegment(model, trainEpochs(options, start, 2), options.params.keep, paths, {});
await engine.dispose();

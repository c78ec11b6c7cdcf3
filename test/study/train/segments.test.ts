import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { readHistory } from '../../../lib/study/train/checkpoint-files.ts';
import { trainParams } from '../../../lib/study/train/params.ts';
import { readState, writeSegment } from '../../../lib/study/train/segment-files.ts';
import type { SegmentPaths } from '../../../lib/study/train/segment-files.ts';
import { initialState, type TrainingState } from '../../../lib/study/train/state.ts';
import { trainEpochs } from '../../../lib/study/train/train.ts';
import { CLASSES, tinyImages } from './tiny.ts';

const images = {
  train: tinyImages(45, 'train'),
  validation: tinyImages(12, 'validation'),
  test: tinyImages(9, 'test'),
};
const model = createModel({ family: 'resnet-cifar', depth: 8, width: 2 }, images.train.set, CLASSES.length);
const BASE = { batchSize: 8, learningRate: 0.05, momentum: 0.9, schedule: { epochs: [2] } };

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'segments-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Trains in segments that end at the given epochs, each from the files of the one before. */
async function train(
  name: string,
  ends: readonly number[],
  changes: object = {},
  started: Partial<TrainingState> = {},
): Promise<SegmentPaths[]> {
  const params = trainParams.parse({ ...BASE, ...changes });
  const signal = new AbortController().signal;
  const options = { engine, model, params, augment: true, seed: 5, ...images, signal };
  const segments: SegmentPaths[] = [];
  for (const end of ends) {
    const directory = join(folder, name, String(end));
    await mkdir(directory, { recursive: true });
    const [modelPath, optimiser, records, log] = ['model', 'optimiser', 'records', 'log'].map((part) =>
      join(directory, `${part}.arrow`),
    ) as [string, string, string, string];
    const before = segments.at(-1);
    const start = before
      ? await readState(model, before)
      : { ...initialState(model, options.seed, params.precision), ...started };
    const paths = { model: modelPath, optimiser, records, log };
    await writeSegment(model, trainEpochs(options, start, end), paths, { stage: 'train' });
    segments.push(paths);
  }
  return segments;
}

// A scale at which gradients overflow for some steps, and one that is about to be doubled.
const falling = { lossScale: { scale: 2 ** 32, goodSteps: 0 } };
const rising = { lossScale: { scale: 2 ** 12, goodSteps: 1988 } };

describe.each([
  { changes: { dropLast: true }, started: {} },
  { changes: { dropLast: false }, started: {} },
  { changes: { dropLast: false, precision: 'mixed' }, started: falling },
  { changes: { dropLast: true, precision: 'mixed', evaluationPrecision: 'mixed' }, started: rising },
])('training with $changes from $started', ({ changes, started }) => {
  it('ends in the same bytes however it is split into segments', async () => {
    const name = JSON.stringify(changes);
    const whole = await train(`whole ${name}`, [4], changes, started);
    const split = await train(`split ${name}`, [1, 2, 4], changes, started);
    for (const part of ['model', 'optimiser'] as const) {
      const [one, other] = await Promise.all([readFile(whole[0]![part]), readFile(split.at(-1)![part])]);
      expect(one.equals(other)).toBe(true);
    }
    expect(await readHistory(split.map((paths) => paths.log))).toEqual(await readHistory([whole[0]!.log]));
  });
});

it('the loss scale goes on from segment to segment', async () => {
  const scales = async (name: string, started: Partial<TrainingState>) => {
    const segments = await train(name, [1, 2, 4], { precision: 'mixed' }, started);
    const tables = await Promise.all(segments.map((paths) => readArrow(paths.optimiser)));
    return tables.map((table) => [table.numbers('loss_scale')[0], table.numbers('good_steps')[0]]);
  };
  // Five steps an epoch.
  expect(await scales('rising', rising)).toEqual([
    [2 ** 12, 1993],
    [2 ** 12, 1998],
    [2 ** 13, 8],
  ]);
  const [first, second, last] = await scales('falling', falling);
  expect(first).toEqual([2 ** 27, 0]);
  expect(second![0]).toBeLessThan(2 ** 27);
  expect(last![1]).toBeGreaterThan(0);
});

describe('a segment of training', () => {
  it('learns', async () => {
    const segments = await train('learns', [12], { schedule: {} });
    const history = await readHistory([segments[0]!.log]);
    expect(history[0]!.train.error).toBeGreaterThan(history.at(-1)!.train.error);
    expect(history.at(-1)!.train.error).toBeLessThan(0.4);
    expect(history.map((row) => row.learningRate)).toEqual(new Array(12).fill(0.05));
  });

  it('keeps the weights of every epoch with a new lowest validation loss', async () => {
    const segments = await train('records', [1, 3, 6]);
    const history = await readHistory(segments.map((paths) => paths.log));
    const lows = history.filter((row, i) =>
      history.slice(0, i).every((before) => row.monitoredLoss < before.monitoredLoss),
    );
    const tables = await Promise.all(segments.map((paths) => readArrow(paths.records)));
    expect(tables.flatMap((table) => table.numbers('epoch'))).toEqual(lows.map((row) => row.epoch));
    expect(Object.keys(tables[0]!.columns)).toEqual(['epoch', ...model.weights.map((spec) => spec.name)]);
    // The first epoch is always a record, and the first segment's model is just that epoch's.
    const first = tables[0]!.tensor('stem.filter');
    const saved = (await readArrow(segments[0]!.model)).tensor('stem.filter');
    expect(first).toEqual(saved);
  });

  it('writes down the norm of the linear layer without its bias', async () => {
    const [segment] = await train('norm', [1]);
    const { values } = (await readArrow(segment!.model)).tensor('linear.weight');
    const norm = Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
    expect((await readHistory([segment!.log]))[0]!.lastLayerNorm).toBeCloseTo(norm, 10);
  });

  it('can stop on the test images, and take the training score from the batches', async () => {
    const [segment] = await train('test', [2], { validate: 'test', evaluateTrain: false });
    const [measured] = await train('measured', [2]);
    const history = await readHistory([segment!.log]);
    expect(history.map((row) => row.monitoredLoss)).toEqual(history.map((row) => row.test!.loss));
    expect(history[0]!.train).not.toEqual((await readHistory([measured!.log]))[0]!.train);
    expect(history[0]!.validation).toEqual((await readHistory([measured!.log]))[0]!.validation);
  });

  it.each([
    {
      changes: { learningRate: 1e30 },
      message: /training diverged: the loss is NaN in epoch \d, step \d, at learning rate 1e\+30; lower/,
    },
    {
      changes: { learningRate: 1e30, precision: 'mixed' },
      message: /the loss is NaN in .*; lower .*, or raise .*, or take params\.train\.precision: float32$/,
    },
    { changes: { batchSize: 46 }, message: /45 training images do not fill a batch of 46/ },
  ])('fails with $message', async ({ changes, message }) => {
    await expect(train('fails', [3], changes)).rejects.toThrow(message);
  });

  it('says when there is nothing to decide early stopping on', async () => {
    const params = trainParams.parse(BASE);
    const signal = new AbortController().signal;
    const none = tinyImages(0, 'none');
    const options = { engine, model, params, augment: false, seed: 1, ...images, validation: none, signal };
    await expect(trainEpochs(options, initialState(model, 1), 1).next()).rejects.toThrow(
      'params.train.validate is validation, and there are no validation images',
    );
  });

  it('stops when told to', async () => {
    const params = trainParams.parse(BASE);
    const options = {
      engine,
      model,
      params,
      augment: false,
      seed: 1,
      ...images,
      signal: AbortSignal.abort(),
    };
    await expect(trainEpochs(options, initialState(model, 1), 1).next()).rejects.toThrow('abort');
  });
});

import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { readWeights } from '../../../lib/study/model/weights-file.ts';
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
    const path = (part: string): string => join(directory, `${part}.arrow`);
    const paths = {
      ...{ model: path('model'), optimiser: path('optimiser'), log: path('log') },
      ...{ kept: path('kept'), predictions: path('predictions') },
    };
    const before = segments.at(-1);
    const start = before
      ? await readState(model, before)
      : { ...initialState(model, options.seed, params), ...started };
    await writeSegment(model, trainEpochs(options, start, end), params.keep, paths, { stage: 'train' });
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
  { changes: { average: null }, started: {} },
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

  const fromEach = async (segments: readonly SegmentPaths[], part: 'kept' | 'predictions') =>
    Promise.all(segments.map((paths) => readArrow(paths[part])));

  it('keeps the weights of every epoch, trained and averaged', async () => {
    const segments = await train('kept', [1, 3]);
    const tables = await fromEach(segments, 'kept');
    expect(tables.map((table) => table.numbers('epoch'))).toEqual([
      [1, 1],
      [2, 2, 3, 3],
    ]);
    expect(tables.flatMap((table) => table.strings('weights'))).toEqual(
      [1, 2, 3].flatMap(() => ['trained', 'averaged']),
    );
    const names = model.weights.map((spec) => spec.name);
    expect(Object.keys(tables[0]!.columns)).toEqual(['epoch', 'weights', ...names]);
    const saved = readWeights(await readArrow(segments[1]!.model), model.weights);
    expect(readWeights(tables[1]!, model.weights, 2)).toEqual(saved);
    expect(readWeights(tables[1]!, model.weights, 3)).not.toEqual(saved);
  });

  it('by a rule that bounds them, keeps those of a new lowest validation loss as well', async () => {
    const keep = { until: 2, growth: 1.5, distances: [0, 1] };
    const segments = await train('bounded', [4, 9], { keep });
    const history = await readHistory(segments.map((paths) => paths.log));
    const lows = history.filter((row, i) =>
      history.slice(0, i).every((before) => row.monitoredLoss < before.monitoredLoss),
    );
    // Places 2, 3, 5 and 8, and what follows each of them.
    const wanted = new Set([1, 2, 3, 4, 5, 6, 8, 9, ...lows.map((row) => row.epoch)]);
    const kept = (await fromEach(segments, 'kept')).flatMap((table) => table.numbers('epoch'));
    expect([...new Set(kept)]).toEqual([...wanted].sort((a, b) => a - b));
  });

  it('keeps no averaged weights where none are taken, and trains alike', async () => {
    const [plain] = await train('plain', [2], { average: null });
    const [both] = await train('both', [2]);
    const table = await readArrow(plain!.kept);
    expect(table.strings('weights')).toEqual(['trained', 'trained']);
    const history = await readHistory([plain!.log]);
    expect(history.map((row) => row.averaged)).toEqual([null, null]);
    const weights = async (paths: SegmentPaths) => readWeights(await readArrow(paths.model), model.weights);
    expect(await weights(plain!)).toEqual(await weights(both!));
  });

  it('writes down what the net says of every image in every epoch', async () => {
    const segments = await train('predictions', [1, 3]);
    const history = await readHistory(segments.map((paths) => paths.log));
    const [, table] = await fromEach(segments, 'predictions');
    expect(table!.numbers('epoch')).toEqual([2, 3]);
    const { labels, count } = images.test.set;
    const of = (name: string) => table!.tensor(name);
    expect(of('test_probability').shape).toEqual([2, count]);
    expect(table!.columns.test_margin).toMatchObject({ dimensions: ['test image'], element: 'float32' });
    for (const [row, { test, averaged }] of history.slice(1).entries())
      for (const [by, score] of [
        ['test', test],
        ['averaged_test', averaged!.test],
      ] as const) {
        const rows = Array.from(labels, (_, i) => row * count + i);
        const loss = rows.map((i) => -Math.log(of(`${by}_probability`).values[i]!));
        expect(loss.reduce((sum, value) => sum + value, 0) / count).toBeCloseTo(score!.loss, 5);
        const wrong = rows.filter((i) => of(`${by}_predicted`).values[i] !== labels[i % count]);
        expect(wrong.length / count).toBeCloseTo(score!.error, 10);
        // A tie goes to the first of equals, which may be right or wrong.
        for (const i of rows) if (of(`${by}_margin`).values[i]! < 0) expect(wrong).toContain(i);
        for (const i of wrong) expect(of(`${by}_margin`).values[i]).toBeLessThanOrEqual(0);
      }
    expect(of('averaged_test_entropy').values).not.toEqual(of('test_entropy').values);
    // Of 45 images five batches of eight are trained on: five are left out, others in each epoch.
    const seen = [0, 1].map((row) =>
      Array.from({ length: 45 }, (_, i) => Number.isNaN(of('train_probability').values[45 * row + i])),
    );
    expect(seen.map((unseen) => unseen.filter(Boolean).length)).toEqual([5, 5]);
    expect(seen[0]).not.toEqual(seen[1]);
    expect([...of('train_predicted').values].filter((label) => label === 255).length).toBe(10);
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
    await expect(trainEpochs(options, initialState(model, 1, params), 1).next()).rejects.toThrow(
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
    await expect(trainEpochs(options, initialState(model, 1, params), 1).next()).rejects.toThrow('abort');
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { createModel } from '../../../lib/study/model/create.ts';
import { keptColumns, keptEpochs, keptFiles } from '../../../lib/study/train/kept-file.ts';
import { type EpochLog, logColumns, ofAveraged, readLog } from '../../../lib/study/train/log.ts';
import { readPredictions } from '../../../lib/study/train/predictions-file.ts';
import { noPredictions, predictionColumns, type Predictions } from '../../../lib/study/train/predictions.ts';
import { initialState } from '../../../lib/study/train/state.ts';
import { earlyStoppingParams, findStops, readStops, stopColumns } from '../../../lib/study/train/stops.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-files-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const path = (name: string): string => join(folder, `${name}.arrow`);

function logOf(epoch: number, change: Partial<EpochLog> = {}): EpochLog {
  const score = (by: number) => ({ loss: epoch + by, error: by });
  return {
    epoch,
    train: score(0.01),
    validation: score(0.02),
    test: score(0.03),
    averaged: { validation: score(0.04), test: score(0.05), monitoredLoss: epoch + 0.06 },
    monitoredLoss: epoch + 0.07,
    lastLayerNorm: epoch + 0.08,
    learningRate: epoch + 0.09,
    ...change,
  };
}

describe('the log', () => {
  const log = [
    logOf(1),
    logOf(2, { validation: null, test: null, averaged: null, learningRate: null }),
    logOf(3, { averaged: { validation: null, test: { loss: 5, error: 0 }, monitoredLoss: 0 } }),
    logOf(4, { averaged: { validation: { loss: 0, error: 0 }, test: null, monitoredLoss: 6 } }),
  ];

  it('is read as it was written, what is not there included', async () => {
    await writeArrow(path('log'), logColumns(log));
    const table = await readArrow(path('log'));
    expect(readLog(table)).toEqual(log);
    expect(Object.keys(table.columns)).toEqual([
      ...['epoch', 'train_loss', 'train_error', 'validation_loss', 'validation_error'],
      ...['test_loss', 'test_error', 'averaged_validation_loss', 'averaged_validation_error'],
      ...['averaged_test_loss', 'averaged_test_error', 'averaged_monitored_loss', 'monitored_loss'],
      ...['last_layer_norm', 'learning_rate'],
    ]);
    expect(table.columns['epoch']!.type).toBe('int32');
    expect(table.columns['train_loss']!.type).toBe('float64');
  });

  it('of the averaged weights has the epochs that have some', () => {
    expect(ofAveraged(log).map(({ epoch }) => epoch)).toEqual([1, 3, 4]);
    expect(ofAveraged(log)[1]).toEqual({ ...log[2], ...log[2]!.averaged });
  });
});

describe('predictions', () => {
  const of = (by: number, count: number): Predictions => ({
    probability: Float32Array.from({ length: count }, (_, i) => by + i / 8),
    entropy: Float32Array.from({ length: count }, (_, i) => by + i / 4),
    margin: Float32Array.from({ length: count }, (_, i) => by - i),
    predicted: Uint8Array.from({ length: count }, (_, i) => by + i),
  });
  const epoch = (number: number) => ({
    ...{ epoch: number, test: of(number, 3), averaged: of(20 + number, 3) },
    train: of(10 + number, 2),
  });

  it('of the test images are joined over the segments, epoch after epoch', async () => {
    await writeArrow(path('one'), predictionColumns([epoch(1), epoch(2)]));
    await writeArrow(path('two'), predictionColumns([epoch(3)]));
    for (const [weights, more] of [
      ['trained', 0],
      ['averaged', 20],
    ] as const) {
      const history = (await readPredictions([path('one'), path('two')], weights))!;
      expect([history.epochs, history.images]).toEqual([[1, 2, 3], 3]);
      for (const name of ['probability', 'entropy', 'margin', 'predicted'] as const)
        expect([...history[name]]).toEqual([1, 2, 3].flatMap((number) => [...of(more + number, 3)[name]]));
      expect(history.predicted).toBeInstanceOf(Uint8Array);
    }
  });

  it('of averaged weights are not there where a segment took none, and those of the trained ones are', async () => {
    await writeArrow(path('with'), predictionColumns([epoch(1)]));
    await writeArrow(path('without'), predictionColumns([{ ...epoch(2), averaged: null }]));
    expect(await readPredictions([path('with'), path('without')], 'averaged')).toBeNull();
    expect((await readPredictions([path('with'), path('without')], 'trained'))!.epochs).toEqual([1, 2]);
  });

  it('lie in a file by image, those of training images beside those of test images', async () => {
    await writeArrow(path('both'), predictionColumns([epoch(1), epoch(2)]));
    const table = await readArrow(path('both'));
    expect(table.numbers('epoch')).toEqual([1, 2]);
    expect(Object.keys(table.columns)).toEqual([
      ...['epoch', 'test_probability', 'test_entropy', 'test_margin', 'test_predicted'],
      ...['averaged_test_probability', 'averaged_test_entropy', 'averaged_test_margin'],
      ...['averaged_test_predicted', 'train_probability', 'train_margin', 'train_predicted'],
    ]);
    for (const name of ['probability', 'margin', 'predicted'] as const) {
      const { shape, values } = table.tensor(`train_${name}`);
      expect(shape).toEqual([2, 2]);
      expect([...values]).toEqual([11, 12].flatMap((number) => [...of(number, 2)[name]]));
    }
    expect(table.columns['test_entropy']).toMatchObject({ dimensions: ['test image'], element: 'float32' });
    expect(table.columns['train_predicted']).toMatchObject({
      dimensions: ['training image'],
      element: 'uint8',
    });
  });

  it('of no epochs are columns of no rows', () => {
    const columns = predictionColumns([]);
    expect(columns['test_predicted']).toMatchObject({ shape: [0], values: new Float32Array(0) });
    expect(columns['epoch']).toEqual({ type: 'int32', values: [] });
  });

  it('of images that nobody looked at are no numbers, and no class', () => {
    const { probability, entropy, margin, predicted } = noPredictions(2);
    for (const values of [probability, entropy, margin]) expect([...values]).toEqual([NaN, NaN]);
    expect([...predicted]).toEqual([255, 255]);
  });
});

describe('kept weights', () => {
  const model = createModel({ family: 'vgg', depth: 4, width: 1 }, { height: 8, width: 8, channels: 1 }, 2);
  const weights = (seed: number) => initialState(model, seed).weights;

  it('lie in files by the epoch that ends their segment', () => {
    expect(
      keptFiles([
        { path: 'a', point: { epoch: 5, seed: 1 } },
        { path: 'b', point: { epoch: '10' } },
      ]),
    ).toEqual([
      { path: 'a', end: 5 },
      { path: 'b', end: 10 },
    ]);
  });

  it('of either kind are there for the epochs of which they were kept', async () => {
    const segments = [
      { path: path('kept 1'), end: 4 },
      { path: path('kept 2'), end: 9 },
    ];
    const columns = (epoch: number, averaged: boolean) =>
      keptColumns(model.weights, epoch, { trained: weights(epoch), averaged: averaged ? weights(9) : null });
    await writeArrow(segments[0]!.path, [columns(1, true), columns(3, false)]);
    await writeArrow(segments[1]!.path, [columns(8, true)]);
    expect(await keptEpochs(segments, 'trained')).toEqual([1, 3, 8]);
    expect(await keptEpochs(segments, 'averaged')).toEqual([1, 8]);
    expect(await keptEpochs([], 'trained')).toEqual([]);
  });

  it('are written in one order, with the kind of each', () => {
    const both = keptColumns(model.weights, 2, { averaged: weights(1), trained: weights(2) });
    expect(both['weights']).toEqual({ type: 'utf8', values: ['trained', 'averaged'] });
    expect(both['epoch']).toEqual({ type: 'int32', values: [2, 2] });
    expect(keptColumns(model.weights, 2, {})['epoch']).toEqual({ type: 'int32', values: [] });
  });
});

describe('where rules stop', () => {
  const history = [5, 4, 1, 3, 3, 3, 3].map((monitoredLoss, i) => logOf(i + 1, { monitoredLoss }));
  const params = earlyStoppingParams.parse({
    patience: 3,
    others: { patient: { patience: 30 }, smooth: { patience: 1, window: 3, decay: 0.5 } },
  });

  it('is found for each, the reference’s first, and told with what the rule is', async () => {
    const stops = findStops(history, params);
    expect(stops).toEqual([
      {
        ...{ reference: 'early-stopping', epoch: 3, triggered: true },
        rule: { patience: 3, window: 1, decay: 0 },
      },
      { reference: 'patient', epoch: 3, triggered: false, rule: { patience: 30, window: 1, decay: 0 } },
      expect.objectContaining({ reference: 'smooth', rule: { patience: 1, window: 3, decay: 0.5 } }),
    ]);
    await writeArrow(path('stops'), stopColumns(stops));
    const table = await readArrow(path('stops'));
    expect(readStops(table)).toEqual(stops.map(({ reference, epoch }) => ({ reference, epoch })));
    expect(table.booleans('triggered')).toEqual(stops.map(({ triggered }) => triggered));
    expect(table.numbers('patience')).toEqual([3, 30, 1]);
    expect(table.numbers('window')).toEqual([1, 1, 3]);
    expect(table.numbers('decay')).toEqual([0, 0, 0.5]);
  });

  it('is the reference’s alone unless there are others', () => {
    expect(earlyStoppingParams.parse({ patience: 3 })).toEqual({
      patience: 3,
      window: 1,
      decay: 0,
      others: {},
    });
    expect(findStops(history, earlyStoppingParams.parse({ patience: 3 }))).toHaveLength(1);
  });

  it.each(['early-stopping', 'averaged', 'signed', 'unsigned', 'summed', 'greatest'])(
    'is of no other rule that is called %s',
    (name) => {
      const said = earlyStoppingParams.safeParse({ patience: 5, others: { [name]: { patience: 3 } } });
      expect(said.error?.issues[0]?.message).toBe(
        'must not be named as references are that are there anyway: early-stopping, averaged, signed, unsigned, summed, greatest',
      );
    },
  );
});

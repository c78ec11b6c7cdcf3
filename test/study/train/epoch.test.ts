import { describe, expect, it } from 'vitest';
import type { TensorMap } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { averageDecay } from '../../../lib/study/train/average.ts';
import { EpochRunner } from '../../../lib/study/train/epoch.ts';
import { trainParams } from '../../../lib/study/train/params.ts';
import { initialState, toProgram } from '../../../lib/study/train/state.ts';
import { trainEpochs } from '../../../lib/study/train/train.ts';
import { brightnessLogits, FakeEngine, scalarOf } from './fake-engine.ts';
import { CLASSES, tinyImages } from './tiny.ts';

const train = tinyImages(20, 'epoch');
const model = createModel({ family: 'vgg', depth: 4, width: 1 }, train.set, CLASSES.length);

/** A runner whose steps come to what `outcome` says of the step with this number, from 0 on. */
async function runnerOf(
  change: object = {},
  outcome: (step: number) => TensorMap = () => ({ loss: scalarOf(1) }),
  signal = new AbortController().signal,
) {
  const engine = new FakeEngine((fed, _, step) => ({ ...brightnessLogits(fed), ...outcome(step) }));
  const params = trainParams.parse({ batchSize: 8, learningRate: 0.1, momentum: 0.9, ...change });
  const runner = await EpochRunner.compile({ engine, model, params, augment: false, seed: 1, train, signal });
  const fed = () => engine.told.filter(({ did }) => did === 'run').map(({ values }) => values);
  return { engine, runner, fed };
}

const first = (values: TensorMap, name: string) => values[name]?.values[0];

describe('an epoch', () => {
  it.each([
    [{ batchSize: 8 }, 16, [8, 8]],
    [{ batchSize: 8, dropLast: false }, 20, [8, 8, 4]],
    [{ batchSize: 10, dropLast: false }, 20, [10, 10]],
    [{ batchSize: 20 }, 20, [20]],
  ])('of %j trains on %i images, in batches of %j', async (change, images, sizes) => {
    const { runner, fed, engine } = await runnerOf(change);
    const { predictions } = await runner.run(1, 0.1);
    expect(runner.images).toBe(images);
    expect(fed().map(({ x }) => x!.shape)).toEqual(sizes.map((size) => [size, 8, 6, 2]));
    expect(fed().map(({ labels }) => labels!.shape)).toEqual(sizes.map((size) => [size, 3]));
    expect([...predictions.predicted].filter((label) => label !== 255)).toHaveLength(images);
    expect(engine.compiled.map(({ inputs }) => inputs.x!.shape[0])).toEqual([...new Set(sizes)]);
  });

  it('cannot be of fewer images than a batch takes', async () => {
    await expect(runnerOf({ batchSize: 21 })).rejects.toThrow(
      '20 training images do not fill a batch of 21; lower params.train.batchSize',
    );
  });

  it('takes its steps at the rate that it is given, and a decay that goes on from the epochs before', async () => {
    const { runner, fed } = await runnerOf({ average: { epochs: 2, batches: 1 } });
    await runner.run(1, 0.1);
    await runner.run(3, 0.05);
    expect(fed().map((values) => first(values, 'rate'))).toEqual([0.1, 0.1, 0.05, 0.05].map(Math.fround));
    expect(fed().map((values) => first(values, 'decay'))).toEqual(
      [0, 1, 4, 5].map((done) => Math.fround(averageDecay(2, 2, done))),
    );
    const plain = await runnerOf({ average: null });
    await plain.runner.run(1, 0.1);
    expect(plain.fed().map((values) => Object.keys(values).sort())).toEqual([
      ['labels', 'rate', 'x'],
      ['labels', 'rate', 'x'],
    ]);
  });

  it('hands the state to the step of a shorter batch, and back', async () => {
    const { runner, engine } = await runnerOf({ dropLast: false });
    const state = toProgram(initialState(model, 1));
    runner.program.setState(state);
    engine.told.splice(0);
    await runner.run(1, 0.1);
    expect(engine.told.map(({ program, did }) => `${program} ${did}`)).toEqual([
      ...['0 run', '0 run', '0 getState', '1 setState', '1 run', '1 getState', '0 setState'],
    ]);
    expect(await runner.program.getState()).toEqual(state);
  });

  it('counts steps that were skipped, and goes on', async () => {
    const { runner } = await runnerOf({ batchSize: 4 }, (step) => ({
      ...{ loss: scalarOf(1), finite: scalarOf(step % 2), scale: scalarOf(1024) },
    }));
    expect((await runner.run(1, 0.1)).skipped).toBe(3);
    const { runner: float } = await runnerOf();
    expect((await float.run(1, 0.1)).skipped).toBe(0);
  });

  it('ends with the step at which training goes wrong, which is said', async () => {
    const { runner } = await runnerOf({}, (step) => ({ loss: scalarOf(step === 1 ? NaN : 1) }));
    await expect(runner.run(7, 0.25)).rejects.toThrow(
      'training diverged: the loss is NaN in epoch 7, step 2, at learning rate 0.25; lower',
    );
    const tiny = { loss: scalarOf(1), finite: scalarOf(0), scale: scalarOf(2 ** -25) };
    const { runner: mixed } = await runnerOf({ precision: 'mixed' }, () => tiny);
    await expect(mixed.run(1, 0.1)).rejects.toThrow(
      /no scale of the loss, down to .* in epoch 1, step 1, .*float32$/,
    );
  });

  it('stops between two steps when it is told to', async () => {
    const stop = new AbortController();
    const { runner, fed } = await runnerOf(
      {},
      () => {
        stop.abort();
        return { loss: scalarOf(1) };
      },
      stop.signal,
    );
    await expect(runner.run(1, 0.1)).rejects.toThrow('abort');
    expect(fed()).toHaveLength(1);
  });

  it('has its first whole batches to measure on, as they were trained on', async () => {
    const { runner, fed } = await runnerOf({ dropLast: false });
    await runner.run(2, 0.1);
    const trained = fed().map(({ x }) => x!.values.length);
    expect(trained).toHaveLength(3);
    const inputs = (epoch: number, count: number) => {
      const all: number[][] = [];
      for (const x of runner.inputs(epoch, count)) all.push([...x.values]);
      return all;
    };
    // The short one is none of them.
    expect(inputs(2, 9)).toHaveLength(2);
    expect(inputs(2, 1)).toEqual(inputs(2, 9).slice(0, 1));
    expect(inputs(2, 0)).toEqual([]);
    expect(inputs(3, 1)).not.toEqual(inputs(2, 1));
  });
});

describe('training', () => {
  const validation = tinyImages(9, 'validation');
  const test = tinyImages(12, 'test');

  function training(change: object, start: object = {}, images: object = {}) {
    const engine = new FakeEngine((fed, { inputs }, run) =>
      'labels' in inputs
        ? { ...brightnessLogits(fed), loss: scalarOf(1) }
        : brightnessLogits({
            x: { ...fed['x']!, values: fed['x']!.values.map((value) => value * (1 + run / 100)) },
          }),
    );
    const params = trainParams.parse({
      batchSize: 8,
      learningRate: 0.1,
      momentum: 0.9,
      average: null,
      ...change,
    });
    const { signal } = new AbortController();
    const options = {
      engine,
      model,
      params,
      augment: false,
      seed: 1,
      train,
      validation,
      test,
      signal,
      ...images,
    };
    return { engine, epochs: trainEpochs(options, { ...initialState(model, 1), ...start }, 3) };
  }

  it('goes on from the epoch after its start, and says of each what it came to', async () => {
    const { epochs, engine } = training(
      { schedule: { epochs: [2], factor: 0.5 } },
      { epoch: 1, lowestLoss: 0 },
    );
    const all = [];
    for await (const epoch of epochs) all.push(epoch);
    expect(all.map(({ log, state, predictions }) => [log.epoch, state.epoch, predictions.epoch])).toEqual([
      [2, 2, 2],
      [3, 3, 3],
    ]);
    expect(all.map(({ log }) => log.learningRate)).toEqual([0.1, 0.05]);
    for (const { log, averaged, record, state, imagesPerSecond, skipped } of all) {
      expect(log.monitoredLoss).toBe(log.validation!.loss);
      expect([averaged, log.averaged, record, state.lowestLoss, skipped]).toEqual([null, null, false, 0, 0]);
      expect(imagesPerSecond).toBeGreaterThan(0);
      const norm = Math.hypot(...state.weights['linear.weight']!.values);
      expect(log.lastLayerNorm).toBeCloseTo(norm, 6);
    }
    // Images are scored a hundred at once, in the precision that is asked for.
    expect(engine.compiled[1]).toMatchObject({ precision: 'float32' });
    expect(engine.compiled[1]!.inputs.x!.shape).toEqual([100, 8, 6, 2]);
  });

  it('tells which epochs are the best so far, by the loss that is looked at', async () => {
    for (const validate of ['validation', 'test'] as const) {
      const all = [];
      for await (const epoch of training({ validate }).epochs) all.push(epoch);
      const losses = all.map(({ log }) => log[validate]!.loss);
      expect(all.map(({ log }) => log.monitoredLoss)).toEqual(losses);
      let lowest = Infinity;
      for (const [i, { record, state }] of all.entries()) {
        expect(record).toBe(losses[i]! < lowest);
        lowest = Math.min(lowest, losses[i]!);
        expect(state.lowestLoss).toBe(lowest);
      }
      expect(all[0]!.record).toBe(true);
    }
  });

  it('scores the training images after the epoch, or as they were trained on', async () => {
    const scored = async (evaluateTrain: boolean) => {
      const { engine, epochs } = training({ evaluateTrain });
      await epochs.next();
      return engine.told.filter(({ program, did }) => program === 1 && did === 'run').length;
    };
    expect([await scored(true), await scored(false)]).toEqual([3, 2]);
  });

  it.each(['validation', 'test'] as const)(
    'says when there are no %s images to stop by',
    async (validate) => {
      const none = { [validate]: tinyImages(0, 'none') };
      await expect(training({ validate }, {}, none).epochs.next()).rejects.toThrow(
        `params.train.validate is ${validate}, and there are no ${validate} images; ` +
          'set `validation` of the data set, or params.train.validate: test',
      );
      const other = validate === 'test' ? 'validation' : 'test';
      const { log } = (await training({ validate }, {}, { [other]: tinyImages(0, 'none') }).epochs.next())
        .value!;
      expect([log[other], log[validate] === null]).toEqual([null, false]);
    },
  );
});

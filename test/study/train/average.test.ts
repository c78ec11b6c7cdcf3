import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { isTrained } from '../../../lib/study/model/initial.ts';
import { averageDecay, AverageSettler } from '../../../lib/study/train/average.ts';
import { fromProgram, initialState, toProgram } from '../../../lib/study/train/state.ts';
import { trainingStep } from '../../../lib/study/train/step.ts';
import { BATCH, CLASSES, IMAGE, labels, rateOf, SHAPE, weightsOf, x } from './parity-net.ts';

const model = createModel({ family: 'vgg', depth: 4, width: 4 }, IMAGE, CLASSES);
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

describe('the decay of the average', () => {
  it('lets a step’s weight fall to 1/e within so many epochs', () => {
    expect(averageDecay(5, 40, 1e6) ** (5 * 40)).toBeCloseTo(Math.exp(-1), 2);
  });

  it('is small at first, so that untrained weights are soon forgotten', () => {
    const decays = Array.from({ length: 400 }, (_, step) => averageDecay(5, 40, step));
    expect(decays[0]).toBe(0.1);
    expect(decays.slice(0, 40).reduce((product, decay) => product * decay, 1)).toBeLessThan(1e-4);
    expect(decays).toEqual([...decays].sort((a, b) => a - b));
  });

  it('of an average over no more than a step is none', () => {
    expect(averageDecay(0.001, 10, 500)).toBe(0);
  });
});

describe('a training step with an average', () => {
  it('moves it towards the weights after the step, and these as without it', async () => {
    const shared = { momentum: 0.9, weightDecay: 0 };
    const average = { epochs: 5, batches: 10 };
    const start = { ...initialState(model, 0, { average }), weights: weightsOf(model) };
    const run = async (params: object, state: typeof start) => {
      const { fn, options } = trainingStep(model, { ...shared, ...params }, SHAPE, BATCH);
      const program = await engine.compile(fn, options);
      program.setState(toProgram(state));
      for (const decay of [0.25, 0.75]) {
        const fed = { x, labels, rate: rateOf(0.1) };
        await program.run('average' in params ? { ...fed, decay: rateOf(decay) } : fed);
      }
      return fromProgram(model, await program.getState());
    };
    const plain = await run({}, { ...start, averages: null });
    const after = await run({ average }, start);
    expect(plain.averages).toBeNull();
    expect(after.weights).toEqual(plain.weights);

    const { fn, options } = trainingStep(model, shared, SHAPE, BATCH);
    const program = await engine.compile(fn, options);
    program.setState(toProgram({ ...start, averages: null }));
    await program.run({ x, labels, rate: rateOf(0.1) });
    const once = fromProgram(model, await program.getState()).weights;
    for (const { name } of model.weights.filter(isTrained)) {
      const [begun, first, second] = [start.averages!, once, after.weights].map((map) => map[name]!.values);
      after.averages![name]!.values.forEach((value, i) => {
        const expected = 0.75 * (0.25 * begun![i]! + 0.75 * first![i]!) + 0.25 * second![i]!;
        expect(value).toBeCloseTo(expected, 5);
      });
    }
  });
});

describe('batch norm’s averages of averaged weights', () => {
  /** The mean and variance over batch, height and width of a layer’s input, computed by themselves. */
  async function firstLayer(weights: TensorMap, batch: TensorValue) {
    const filter = weights['group1.conv1.filter']!;
    const map = tf.tidy(() =>
      tf.conv2d<Tensor4D>(
        tf.tensor4d(batch.values, batch.shape as [number, number, number, number]),
        tf.tensor4d(filter.values, filter.shape as [number, number, number, number]),
        1,
        'same',
      ),
    );
    const { mean, variance } = tf.moments(map, [0, 1, 2]);
    const samples = map.size / map.shape[3];
    return {
      mean: await mean.data(),
      variance: (await variance.data()).map((v) => (v * samples) / (samples - 1)),
    };
  }

  it('are the means over the given batches of each one’s own, whatever the running averages are', async () => {
    const weights = weightsOf(model);
    const trained = Object.fromEntries(
      model.weights.filter(isTrained).map(({ name }) => [name, weights[name]!]),
    );
    const other: TensorValue = { ...x, values: x.values.map((value) => 0.5 * value + 0.25) };
    const settler = await AverageSettler.compile(engine, model, x.shape);
    const settled = await settler.settle(trained, [x, other]);
    expect(Object.keys(settled).sort()).toEqual(model.weights.map(({ name }) => name).sort());
    for (const [name, value] of Object.entries(trained)) expect(settled[name]).toBe(value);

    const found = [await firstLayer(weights, x), await firstLayer(weights, other)];
    for (const part of ['mean', 'variance'] as const)
      settled[`group1.conv1.${part}`]!.values.forEach((value, i) => {
        expect(value).toBeCloseTo((found[0]![part][i]! + found[1]![part][i]!) / 2, 4);
      });
    // Once more, to see that nothing of the call before is left.
    expect(await settler.settle(trained, [x, other])).toEqual(settled);
  });
});

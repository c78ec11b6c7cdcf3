import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import { createModel } from '../../../lib/study/model/create.ts';
import { isTrained } from '../../../lib/study/model/initial.ts';
import {
  INITIAL_LOSS_SCALE,
  lossScaleOf,
  lossScaleValues,
  scaledLoss,
  skippable,
  unscaled,
} from '../../../lib/study/train/loss-scale.ts';
import { noPredictions } from '../../../lib/study/train/predictions.ts';
import { readState, writeSegment } from '../../../lib/study/train/segment-files.ts';
import { fromProgram, initialState, toProgram, type TrainingState } from '../../../lib/study/train/state.ts';
import type { TrainedEpoch } from '../../../lib/study/train/train.ts';

const model = createModel({ family: 'vgg', depth: 4, width: 1 }, { height: 8, width: 8, channels: 1 }, 2);
const trained = model.weights.filter(isTrained);
const average = { epochs: 5, batches: 10 };

describe('the state before the first epoch', () => {
  it('has weights by their seed, no momentum, and what training asks for', () => {
    const plain = initialState(model, 1);
    expect(Object.keys(plain.weights)).toEqual(model.weights.map(({ name }) => name));
    expect(initialState(model, 1)).toEqual(plain);
    expect(initialState(model, 2).weights).not.toEqual(plain.weights);
    expect(Object.keys(plain.momenta)).toEqual(trained.map(({ name }) => name));
    for (const { name, shape } of trained) {
      const size = shape.reduce((product, length) => product * length, 1);
      expect(plain.momenta[name]).toEqual({ dtype: 'float32', shape, values: new Float32Array(size) });
    }
    expect(plain).toMatchObject({ epoch: 0, averages: null, lossScale: null, lowestLoss: Infinity });
    expect(initialState(model, 1, { precision: 'mixed' }).lossScale).toEqual({ scale: 65536, goodSteps: 0 });
    const averaged = initialState(model, 1, { average });
    expect(averaged.averages).toEqual(
      Object.fromEntries(trained.map(({ name }) => [name, plain.weights[name]])),
    );
  });
});

const states: readonly [string, TrainingState][] = [
  ['float32', initialState(model, 1)],
  ['an average', initialState(model, 1, { average })],
  [
    'mixed precision',
    { ...initialState(model, 1, { precision: 'mixed' }), lossScale: { scale: 8, goodSteps: 3 } },
  ],
  ['both', initialState(model, 2, { precision: 'mixed', average })],
];

describe.each(states)('the state of training in %s', (_, state) => {
  it('comes from a program as it went in', () => {
    const { weights, momenta, averages, lossScale } = state;
    expect(fromProgram(model, toProgram(state))).toEqual({ weights, momenta, averages, lossScale });
    const names = Object.keys(toProgram(state));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('momentum/'))).toHaveLength(trained.length);
    expect(names.filter((name) => name.startsWith('average/'))).toHaveLength(averages ? trained.length : 0);
    expect(names.filter((name) => ['loss scale', 'good steps'].includes(name))).toHaveLength(
      lossScale ? 2 : 0,
    );
  });

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'state-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const pathsIn = (name: string) => {
    const path = (part: string) => join(folder, `${name}-${part}.arrow`);
    const of = ['model', 'optimiser', 'kept', 'predictions', 'log'] as const;
    return Object.fromEntries(of.map((part) => [part, path(part)])) as Record<(typeof of)[number], string>;
  };

  it('is read from the files of a segment as its last epoch left it', async () => {
    const epochOf = (epoch: number): TrainedEpoch => ({
      log: {
        ...{ epoch, train: { loss: 1, error: 0 }, validation: null, test: null, averaged: null },
        ...{ monitoredLoss: 1, lastLayerNorm: 1, learningRate: 0.1 },
      },
      state: { ...state, epoch, lowestLoss: epoch / 8 },
      averaged: null,
      predictions: { epoch, test: noPredictions(1), averaged: null, train: noPredictions(1) },
      ...{ record: false, skipped: 0, imagesPerSecond: 1 },
    });
    async function* epochs(numbers: readonly number[]) {
      for (const epoch of numbers) yield await Promise.resolve(epochOf(epoch));
    }
    const paths = pathsIn('segment');
    const keep = { until: 3, growth: 2, distances: [0] };
    await writeSegment(model, epochs([3, 4, 5]), keep, paths, { stage: 'train' });
    expect(await readState(model, paths)).toEqual({ ...state, epoch: 5, lowestLoss: 5 / 8 });
    expect((await readArrow(paths.kept)).numbers('epoch')).toEqual([3]);
    for (const path of Object.values(paths))
      expect((await readArrow(path)).metadata).toEqual({ stage: 'train' });
    await expect(writeSegment(model, epochs([]), keep, pathsIn('none'), {})).rejects.toThrow(
      'a segment of training has at least one epoch',
    );
  });
});

describe('the scale of the loss', () => {
  beforeAll(() => tf.setBackend('cpu'));

  const inputs = (scale: number, goodSteps: number) => ({
    'loss scale': tf.scalar(scale),
    'good steps': tf.scalar(goodSteps),
    w: tf.tensor1d([1, 2]),
  });
  /** What becomes of the scale and of a weight in a step. */
  function after(scale: number, goodSteps: number, finite: 0 | 1) {
    const outputs = {
      loss: tf.scalar(3),
      'next/w': tf.tensor1d([5, 6]),
      'next/scale': tf.scalar(0),
      'next/good': tf.scalar(0),
    };
    const state = { 'next/w': 'w', 'next/scale': 'loss scale', 'next/good': 'good steps' };
    const given = skippable(outputs, state, tf.scalar(finite), inputs(scale, goodSteps));
    const read = (name: string) => [...given[name]!.dataSync()];
    return {
      ...{ w: read('next/w'), scale: read('next/scale')[0], good: read('next/good')[0] },
      ...{ loss: read('loss')[0], before: read('scale')[0], finite: read('finite')[0] },
    };
  }

  it('stays for 2,000 good steps, then doubles, and counts anew', () => {
    expect(after(64, 5, 1)).toEqual({ w: [5, 6], scale: 64, good: 6, loss: 3, before: 64, finite: 1 });
    expect(after(64, 1998, 1)).toMatchObject({ scale: 64, good: 1999 });
    expect(after(64, 1999, 1)).toMatchObject({ scale: 128, good: 0, before: 64 });
  });

  it('is never more than float32 can hold', () => {
    expect(after(2 ** 126, 1999, 1)).toMatchObject({ scale: 2 ** 127, good: 0 });
    expect(after(2 ** 127, 1999, 1)).toMatchObject({ scale: 2 ** 127, good: 0 });
  });

  it('halves with a step that is skipped, in which nothing else changes', () => {
    expect(after(64, 1999, 0)).toEqual({ w: [1, 2], scale: 32, good: 0, loss: 3, before: 64, finite: 0 });
  });

  it('multiplies the loss and is taken out of the gradients, which are looked at as they came', () => {
    expect(scaledLoss(tf.scalar(3), inputs(4, 0)).dataSync()[0]).toBe(12);
    const of = (...values: number[][]) => {
      const { gradients, finite } = unscaled(
        values.map((each) => tf.tensor1d(each)),
        inputs(4, 0),
      );
      return { gradients: gradients.map((each) => [...each.dataSync()]), finite: finite.dataSync()[0] };
    };
    expect(of([4, 8], [12])).toEqual({ gradients: [[1, 2], [3]], finite: 1 });
    for (const bad of [NaN, Infinity, -Infinity]) expect(of([4, 8], [bad]).finite).toBe(0);
  });

  it('is among the values of a program, or is not', () => {
    expect(lossScaleOf(lossScaleValues(INITIAL_LOSS_SCALE))).toEqual({ scale: 2 ** 16, goodSteps: 0 });
    const { 'loss scale': scale, 'good steps': good } = lossScaleValues({ scale: 8, goodSteps: 2 });
    expect(lossScaleOf({})).toBeNull();
    expect(lossScaleOf({ 'loss scale': scale! })).toBeNull();
    expect(lossScaleOf({ 'good steps': good! })).toBeNull();
  });
});

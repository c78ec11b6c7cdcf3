import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import { createModel } from '../../../lib/study/model/create.ts';
import { readWeights } from '../../../lib/study/model/weights-file.ts';
import { readHistory, writeHistory, writeModel } from '../../../lib/study/train/checkpoint-files.ts';
import { findEarlyStopping } from '../../../lib/study/train/early-stopping.ts';
import { findKept } from '../../../lib/study/train/kept-file.ts';
import { type AveragedScores, ofAveraged } from '../../../lib/study/train/log.ts';
import { noPredictions } from '../../../lib/study/train/predictions.ts';
import { type SegmentPaths, writeSegment } from '../../../lib/study/train/segment-files.ts';
import { initialState } from '../../../lib/study/train/state.ts';
import type { TrainedEpoch } from '../../../lib/study/train/train.ts';

const PATIENCE = 2;
/** Monitored losses: the best before the patience is over is epoch 3's, and epoch 7 is better still. */
const LOSSES = [3, 2, 1, 2, 2, 1.5, 0.5];

const image = { height: 8, width: 8, channels: 1 };
const model = createModel({ family: 'vgg', depth: 4, width: 1 }, image, 2);

/** The averaged weights are best in epoch 5. */
function averagedOf(epoch: number): AveragedScores {
  const score = { loss: Math.abs(epoch - 5), error: 0.1 };
  return { validation: null, test: score, monitoredLoss: score.loss };
}

/** Only records are kept, so that some epochs are not. */
const KEEP = { until: 0, growth: 1000, distances: [6] };

/** An epoch whose weights are those of the initialisation by its number. */
function epochOf(epoch: number): TrainedEpoch {
  const monitoredLoss = LOSSES[epoch - 1]!;
  const score = { loss: monitoredLoss, error: 0.5 };
  const lowest = Math.min(...LOSSES.slice(0, epoch));
  return {
    log: {
      epoch,
      train: score,
      validation: null,
      test: score,
      averaged: averagedOf(epoch),
      monitoredLoss,
      lastLayerNorm: epoch,
      learningRate: 0.1,
    },
    state: { ...initialState(model, epoch), epoch, lowestLoss: lowest },
    averaged: epoch === 4 ? null : initialState(model, 100 + epoch).weights,
    predictions: { epoch, test: noPredictions(2), averaged: null, train: noPredictions(1) },
    record: LOSSES.slice(0, epoch - 1).every((loss) => monitoredLoss < loss),
    skipped: 0,
    imagesPerSecond: 1,
  };
}

async function* epochs(numbers: readonly number[]): AsyncGenerator<TrainedEpoch> {
  for (const epoch of numbers) yield await Promise.resolve(epochOf(epoch));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  for (const segment of [[1, 2], [3, 4], [5], [6, 7]]) {
    await writeSegment(model, epochs(segment), KEEP, paths(segment.at(-1)!), { stage: 'train' });
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function paths(end: number): SegmentPaths {
  const path = (part: string): string => join(folder, `${part}-${end}.arrow`);
  const state = { model: path('model'), optimiser: path('optimiser') };
  return { ...state, kept: path('kept'), predictions: path('predictions'), log: path('log') };
}

function keptOf(ends: readonly number[]) {
  return ends.map((end) => ({ path: paths(end).kept, end }));
}

/** What the checkpoint stage does with the segments that end at the given epochs. */
async function checkpoint(
  name: string,
  ends: readonly number[],
): Promise<{ reference: string; history: string }> {
  const written = { reference: join(folder, `${name}-reference`), history: join(folder, `${name}-history`) };
  const history = await readHistory(ends.map((end) => paths(end).log));
  const stop = findEarlyStopping(history, PATIENCE);
  const kept = await findKept(keptOf(ends), 'trained', stop.epoch);
  await writeModel(written.reference, kept!, {}, { stage: 'checkpoint' });
  await writeHistory(written.history, history, stop, { stage: 'checkpoint' });
  return written;
}

describe('the reference', () => {
  it('holds the weights of the early-stopping epoch', async () => {
    const { reference } = await checkpoint('stopped', [2, 4, 5]);
    const table = await readArrow(reference);
    expect(table.numbers('epoch')).toEqual([3]);
    expect(readWeights(table, model.weights)).toEqual(epochOf(3).state.weights);
    expect(table.metadata).toEqual({ stage: 'checkpoint' });
  });

  it('stays what it is, byte for byte, when epochs are appended after it has triggered', async () => {
    const { reference } = await checkpoint('short', [2, 4, 5]);
    const { reference: longer } = await checkpoint('long', [2, 4, 5, 7]);
    expect((await readFile(longer)).equals(await readFile(reference))).toBe(true);
  });
});

describe('kept weights', () => {
  const all = [2, 4, 5, 7];

  it.each([
    ['an epoch that was kept', 'trained', 2, 2],
    ['one beyond the last place', 'averaged', 7, 7],
    ['one that was not kept, by the nearest', 'trained', 6, 7],
    ['one between two as near, by the earlier', 'trained', 5, 3],
    ['one beyond all training, by the last', 'averaged', 90, 7],
  ] as const)('are found of %s', async (_title, weights, epoch, found) => {
    const kept = await findKept(keptOf(all), weights, epoch);
    const path = join(folder, 'found');
    await writeModel(path, kept!, {}, {});
    const table = await readArrow(path);
    expect(table.numbers('epoch')).toEqual([found]);
    const { state, averaged } = epochOf(found);
    expect(readWeights(table, model.weights)).toEqual(weights === 'trained' ? state.weights : averaged);
  });

  it('are none where the files have none', async () => {
    expect(await findKept(keptOf([5]), 'trained', 5)).toBeNull();
  });
});

describe('the history', () => {
  it('joins the logs and marks the early-stopping epoch', async () => {
    const table = await readArrow((await checkpoint('joined', [2, 4, 5, 7])).history);
    expect(table.numbers('epoch')).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(table.numbers('monitored_loss')).toEqual(LOSSES);
    expect(table.numbers('validation_loss')).toEqual(new Array(7).fill(null));
    expect(table.booleans('early_stopping')).toEqual([false, false, true, false, false, false, false]);
  });

  it('of the averaged weights has their scores, and their own early stopping', async () => {
    const log = ofAveraged(await readHistory([2, 4, 5, 7].map((end) => paths(end).log)));
    expect(log.map((row) => row.test)).toEqual([1, 2, 3, 4, 5, 6, 7].map((epoch) => averagedOf(epoch).test));
    expect(findEarlyStopping(log, PATIENCE)).toEqual({ epoch: 5, triggered: true });
    expect(log.map((row) => row.lastLayerNorm)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('names an epoch that follows a later one', async () => {
    await expect(readHistory([paths(5).log, paths(2).log])).rejects.toThrow(
      /^epoch 1 follows \d in the logs$/,
    );
  });
});

describe('a segment of which no epoch is kept', () => {
  it('writes a file of no rows that still says what it would hold', async () => {
    const table = await readArrow(paths(5).kept);
    expect(table.rows).toBe(0);
    const names = model.weights.map((spec) => spec.name);
    expect(Object.keys(table.columns)).toEqual(['epoch', 'weights', ...names]);
  });
});

describe('readWeights', () => {
  it('says when a file was written for another net', async () => {
    const table = await readArrow(paths(2).model);
    const other = createModel({ family: 'vgg', depth: 4, width: 2 }, image, 2);
    expect(() => readWeights(table, other.weights)).toThrow(
      'weight "group1.conv1.filter": the model wants float32 [3, 3, 1, 2], the file has [3, 3, 1, 1]',
    );
  });
});

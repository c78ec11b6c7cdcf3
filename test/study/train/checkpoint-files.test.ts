import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import { createModel } from '../../../lib/study/model/create.ts';
import { readWeights } from '../../../lib/study/model/weights-file.ts';
import { readHistory, writeHistory, writeReference } from '../../../lib/study/train/checkpoint-files.ts';
import { findEarlyStopping } from '../../../lib/study/train/early-stopping.ts';
import { writeSegment } from '../../../lib/study/train/segment-files.ts';
import { initialState } from '../../../lib/study/train/state.ts';
import type { TrainedEpoch } from '../../../lib/study/train/train.ts';

const PATIENCE = 2;
/** Monitored losses: the best before the patience is over is epoch 3's, and epoch 7 is better still. */
const LOSSES = [3, 2, 1, 2, 2, 1.5, 0.5];

const image = { height: 8, width: 8, channels: 1 };
const model = createModel({ family: 'vgg', depth: 4, width: 1 }, image, 2);

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
      monitoredLoss,
      lastLayerNorm: epoch,
      learningRate: 0.1,
    },
    state: { ...initialState(model, epoch), epoch, lowestLoss: lowest },
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
    await writeSegment(model, epochs(segment), paths(segment.at(-1)!), { stage: 'train' });
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function paths(end: number): { model: string; optimiser: string; records: string; log: string } {
  const path = (part: string): string => join(folder, `${part}-${end}.arrow`);
  return { model: path('model'), optimiser: path('optimiser'), records: path('records'), log: path('log') };
}

/** What the checkpoint stage does with the segments that end at the given epochs. */
async function checkpoint(
  name: string,
  ends: readonly number[],
): Promise<{ reference: string; history: string }> {
  const written = { reference: join(folder, `${name}-reference`), history: join(folder, `${name}-history`) };
  const history = await readHistory(ends.map((end) => paths(end).log));
  const stop = findEarlyStopping(history, PATIENCE);
  const records = ends.map((end) => paths(end).records);
  await writeReference(written.reference, records, stop, { stage: 'checkpoint' });
  await writeHistory(written.history, history, stop, { stage: 'checkpoint' });
  return written;
}

describe('the reference', () => {
  it('holds the weights of the early-stopping epoch', async () => {
    const { reference } = await checkpoint('stopped', [2, 4, 5]);
    const table = await readArrow(reference);
    expect(table.numbers('epoch')).toEqual([3]);
    expect(table.booleans('triggered')).toEqual([true]);
    expect(readWeights(table, model.weights)).toEqual(epochOf(3).state.weights);
    expect(table.metadata).toEqual({ stage: 'checkpoint' });
  });

  it('stays what it is, byte for byte, when epochs are appended after it has triggered', async () => {
    const { reference } = await checkpoint('short', [2, 4, 5]);
    const { reference: longer } = await checkpoint('long', [2, 4, 5, 7]);
    expect((await readFile(longer)).equals(await readFile(reference))).toBe(true);
  });

  it('is the best so far, marked as such, where training ended too early', async () => {
    const { reference } = await checkpoint('early', [2]);
    const table = await readArrow(reference);
    expect(table.numbers('epoch')).toEqual([2]);
    expect(table.booleans('triggered')).toEqual([false]);
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

  it('names an epoch that is missing between segments', async () => {
    await expect(readHistory([paths(2).log, paths(5).log])).rejects.toThrow('epoch 3 is missing');
  });
});

describe('a segment without a record', () => {
  it('writes records of no rows that still say what they would hold', async () => {
    const table = await readArrow(paths(5).records);
    expect(table.rows).toBe(0);
    expect(Object.keys(table.columns)).toEqual(['epoch', ...model.weights.map((spec) => spec.name)]);
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

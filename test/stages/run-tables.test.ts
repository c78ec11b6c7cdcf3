import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArrowTable, readArrow, writeArrow } from 'pipewright/arrow';
import type { InputFile } from 'pipewright/stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorMap } from '../../lib/compute/program.ts';
import { imageMetadata, type LabelledImages, writeImages } from '../../lib/study/dataset/file.ts';
import { createModel } from '../../lib/study/model/create.ts';
import { weightColumns } from '../../lib/study/model/weights-file.ts';
import { selectionColumns } from '../../lib/study/selection/file.ts';
import { keepParams } from '../../lib/study/train/keep.ts';
import { noPredictions, type Predictions } from '../../lib/study/train/predictions.ts';
import { writeSegment } from '../../lib/study/train/segment-files.ts';
import { initialState } from '../../lib/study/train/state.ts';
import type { TrainedEpoch } from '../../lib/study/train/train.ts';
import attribute from '../../stages/attribute.ts';
import oscillation from '../../stages/oscillation.ts';
import pairs from '../../stages/pairs.ts';
import { tinyImages } from '../study/train/tiny.ts';

/* Stages that look at a whole run, on runs that are made up: an epoch's weights are those of its number. */

const test: LabelledImages = tinyImages(9, 'run tables');
const model = { family: 'vgg', depth: 4, width: 2 };
const net = createModel({ family: 'vgg', depth: 4, width: 2 }, test.set, test.classes.length);
const params = { engine: {}, model, attribute: { methods: ['saliency', 'grad-cam'] } };
const LOSSES = [3, 2, 1, 2, 3, 2, 3, 2];
const AVERAGED_LOSSES = [5, 4, 3, 2, 1, 2, 3, 4];

/** Group A as the label, C for the rest; the margin of an image swings by its row, in seed 2 otherwise. */
function predictionsOf(seed: number, epoch: number): Predictions {
  const said = noPredictions(test.set.count);
  for (let row = 0; row < test.set.count; row++) {
    const margin = 1 + row / 10 + (row % 2 ? (-1) ** epoch * seed : 0);
    said.margin[row] = margin;
    said.probability[row] = 1 / (1 + Math.exp(-margin));
    said.entropy[row] = 0.5;
    said.predicted[row] = margin > 0 ? test.set.labels[row]! : (test.set.labels[row]! + 1) % 3;
  }
  return said;
}

function weightsOf(number: number): TensorMap {
  return initialState(net, number).weights;
}

function epochOf(seed: number, epoch: number, averages: boolean): TrainedEpoch {
  const monitoredLoss = LOSSES[epoch - 1]!;
  const score = { loss: monitoredLoss, error: 0.5 };
  const ofAverage = { ...score, loss: AVERAGED_LOSSES[epoch - 1]! };
  const averaged = averages
    ? { validation: ofAverage, test: ofAverage, monitoredLoss: ofAverage.loss }
    : null;
  return {
    log: {
      ...{ epoch, train: score, validation: score, test: score, averaged },
      ...{ monitoredLoss, lastLayerNorm: 1, learningRate: 0.1 },
    },
    state: { ...initialState(net, epoch), epoch, weights: weightsOf(epoch), lowestLoss: 1 },
    // In epoch 3 the average is just the weights.
    averaged: weightsOf(epoch === 3 ? 3 : 100 + epoch),
    predictions: {
      ...{ epoch, test: predictionsOf(seed, epoch), train: noPredictions(1) },
      averaged: averages ? predictionsOf(seed / 2, epoch) : null,
    },
    ...{ record: false, skipped: 0, imagesPerSecond: 1 },
  };
}

let folder: string;
const path = (name: string): string => join(folder, name);
const file = (name: string, point: InputFile['point'] = {}): InputFile => ({ path: path(name), name, point });
const surroundings = {
  ...{ previous: null, provenance: { stage: 'test' }, threads: 1, memory: null, devices: [] },
  signal: new AbortController().signal,
  ...{ progress: () => undefined, log: () => undefined, warn: (message: string): unknown => message },
};

/** Segments that end after epochs 4 and 8. */
async function writeRun(seed: number, averages: boolean): Promise<void> {
  async function* epochs(from: number, to: number): AsyncGenerator<TrainedEpoch> {
    for (let epoch = from; epoch <= to; epoch++) yield await Promise.resolve(epochOf(seed, epoch, averages));
  }
  for (const end of [4, 8]) {
    const of = (part: string): string => path(`${part}-${seed}-${end}`);
    const paths = {
      ...{ model: of('model'), optimiser: of('optimiser'), kept: of('kept') },
      ...{ predictions: of('predictions'), log: of('log') },
    };
    await writeSegment(net, epochs(end - 3, end), keepParams.parse({}), paths, {});
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-tables-'));
  await writeImages(path('test'), test, {});
  for (const seed of [1, 2, 3]) await writeRun(seed, seed !== 3);
  const picked = [0, 1, 2, 3, 4].map((row) => ({
    ...{ row, group: 'A' as const, rank: 1 + Math.floor(row / 3) },
    ...{ score: 1, probability: 1, correct: true },
  }));
  await writeArrow(path('images'), selectionColumns(test, picked), { metadata: imageMetadata(test) });
  for (const epoch of [2, 8]) {
    await writeArrow(path(`model-${epoch}`), weightColumns(net.weights, [weightsOf(epoch)]));
    await attribute.run({
      ...surroundings,
      params: attribute.params.parse(params),
      axes: {},
      inputs: { model: file(`model-${epoch}`), images: file('images') },
      outputs: { maps: path(`maps-${epoch}`) },
    });
  }
  await writeArrow(path('stops'), {
    reference: { type: 'utf8', values: ['early-stopping', 'patient'] },
    epoch: { type: 'int32', values: [3, 6] },
  });
  await writeArrow(path('one-stop'), {
    reference: { type: 'utf8', values: ['early-stopping'] },
    epoch: { type: 'int32', values: [3] },
  });
});
afterAll(() => rm(folder, { recursive: true }));

describe('the pairs stage', () => {
  let table: ArrowTable;
  let alternatives: ArrowTable;
  const compare = (name: string, memory: number | null = null, warn = surroundings.warn) =>
    pairs.run({
      ...surroundings,
      ...{ memory, warn },
      params: pairs.params.parse({ ...params, score: {}, pairs: { distances: [1], multiples: [] } }),
      axes: { weights: 'trained', seed: 1 },
      inputs: {
        kept: [4, 8].map((epoch) => file(`kept-1-${epoch}`, { epoch })),
        ...{ stops: file('stops'), images: file('images') },
        maps: [2, 8].map((epoch) => file(`maps-${epoch}`, { epoch })),
      },
      outputs: { pairs: path(name), alternatives: path(`${name}-alternatives`) },
    });
  beforeAll(async () => {
    await compare('pairs');
    table = await readArrow(path('pairs'));
    alternatives = await readArrow(path('pairs-alternatives'));
  });

  it('with less memory than it can do with says so once, and writes the same', async () => {
    const warned: string[] = [];
    await compare('little', 1e6, (message) => warned.push(message));
    expect(warned).toEqual([expect.stringMatching(/^as few images at a time .* declares 0\.0010 GB/)]);
    for (const part of ['', '-alternatives'])
      expect(await readFile(path(`little${part}`))).toEqual(await readFile(path(`pairs${part}`)));
  });

  it('compares explained epochs, the stop and what lies beside it, of one image of each class', () => {
    const places = table.strings('place');
    const others = table.numbers('other_epoch');
    const seen = table.numbers('epoch').map((epoch, row) => `${epoch} to ${others[row]}, ${places[row]}`);
    expect([...new Set(seen)]).toEqual([
      ...['2 to 3, before', '2 to 8, late', '3 to 4, stop', '3 to 8, stop', '7 to 8, late'],
    ]);
    expect(table.rows).toBe(2 * 3 * new Set(seen).size);
    expect(new Set(table.numbers('rank'))).toEqual(new Set([1]));
    expect(new Set(table.numbers('stop'))).toEqual(new Set([3]));
  });

  it('explains an epoch here as the attribute stage does', () => {
    expect(JSON.parse(table.metadata.toolchain!)).toHaveProperty('engine');
    // In epoch 3 the average is just the weights: explained twice, and compared with maps of the stage.
    const ofPairs = table.numbers('cosine').filter((_, row) => {
      const pair = [table.numbers('epoch')[row], table.numbers('other_epoch')[row]];
      return pair[0] === 3 && pair[1] === 8;
    });
    const ofAverage = alternatives.numbers('cosine').filter((_, row) => {
      const at = alternatives.strings('reference')[row] === 'averaged';
      return at && alternatives.numbers('epoch')[row] === 8;
    });
    expect(ofPairs).toHaveLength(6);
    expect(ofAverage).toEqual(ofPairs);
  });

  it('compares explained epochs with other references as well', () => {
    const [epochs, weights] = [
      alternatives.numbers('reference_epoch'),
      alternatives.strings('reference_weights'),
    ];
    const seen = alternatives
      .strings('reference')
      .map((name, row) => [name, epochs[row], weights[row], alternatives.numbers('epoch')[row]].join(' '));
    expect([...new Set(seen)]).toEqual([
      ...['patient 6 trained 2', 'patient 6 trained 8', 'averaged 3 averaged 2', 'averaged 3 averaged 8'],
      ...['signed 3 trained 2', 'signed 3 trained 8', 'summed 3 trained 2', 'summed 3 trained 8'],
    ]);
  });

  it('compares the same maps with their signs, and with their channels summed', () => {
    const rows = (reference: string) =>
      alternatives
        .strings('reference')
        .flatMap((name, row) =>
          name === reference && alternatives.numbers('epoch')[row] === 8 ? [row] : [],
        );
    const similarities = (reference: string): number[] =>
      rows(reference).flatMap((row) => alternatives.numbers('cosine')[row] ?? []);
    const methods = (reference: string) => rows(reference).map((row) => alternatives.strings('method')[row]);
    expect(methods('signed')).toEqual(methods('averaged'));
    expect(methods('summed')).toEqual(methods('averaged'));
    // Magnitudes are never opposed.
    expect(Math.min(...similarities('averaged'), ...similarities('summed'))).toBeGreaterThan(0);
    expect(Math.min(...similarities('signed'))).toBeLessThan(0);
    expect(similarities('summed')).not.toEqual(similarities('averaged'));
  });

  it('has rows of no other stop and of no average where there are none', async () => {
    await pairs.run({
      ...surroundings,
      params: pairs.params.parse({ ...params, score: {}, pairs: { distances: [1], multiples: [] } }),
      axes: { weights: 'averaged', seed: 1 },
      inputs: {
        kept: [4, 8].map((epoch) => file(`kept-1-${epoch}`, { epoch })),
        ...{ stops: file('one-stop'), images: file('images') },
        maps: [2, 8].map((epoch) => file(`maps-${epoch}`, { epoch })),
      },
      outputs: { pairs: path('pairs-averaged'), alternatives: path('no-alternatives') },
    });
    const none = await readArrow(path('no-alternatives'));
    expect(new Set(none.strings('reference'))).toEqual(new Set(['signed', 'summed']));
    expect(Object.keys(none.columns)).toEqual(Object.keys(alternatives.columns));
  });
});

describe('the oscillation stage', () => {
  async function run(
    seeds: readonly number[],
    weights: 'trained' | 'averaged' = 'trained',
  ): Promise<Record<'images' | 'groups', ArrowTable>> {
    const gathered = (part: string): InputFile[] =>
      seeds.flatMap((seed) => [4, 8].map((epoch) => file(`${part}-${seed}-${epoch}`, { seed, epoch })));
    await oscillation.run({
      ...surroundings,
      params: oscillation.params.parse({
        earlyStopping: { patience: 2 },
        select: { clear: 1, borderline: 1 },
      }),
      axes: { augment: true, weights },
      inputs: { log: gathered('log'), predictions: gathered('predictions'), test: file('test') },
      outputs: { images: path('swings'), groups: path('groups') },
    });
    return { images: await readArrow(path('swings')), groups: await readArrow(path('groups')) };
  }

  it('follows every test image from early stopping on, and from the first epoch', async () => {
    const { images } = await run([1, 2]);
    const { count } = test.set;
    expect(images.rows).toBe(2 * count);
    expect(new Set(images.numbers('epochs'))).toEqual(new Set([6]));
    const [turns, jitter] = [images.numbers('turning_points'), images.numbers('margin_jitter')];
    images.numbers('seed').forEach((seed, at) => {
      const swings = (at % count) % 2 === 1;
      expect(turns[at]).toBe(swings ? 4 : 0);
      expect(jitter[at]).toBeCloseTo(swings ? Math.sqrt(2) * seed! : 0, 5);
    });
    // Those that seed 2 swings below nothing are forgotten in every odd epoch.
    const row = count + 1;
    expect([images.numbers('forgotten')[row], images.numbers('right')[row]]).toEqual([3, 0.5]);
    expect(images.numbers('first_learned')[row]).toBe(2);
  });

  it('follows what the averaged weights say from where these would have stopped', async () => {
    const { images } = await run([1, 2], 'averaged');
    expect(new Set(images.numbers('epochs'))).toEqual(new Set([4]));
    expect(new Set(images.strings('weights'))).toEqual(new Set(['averaged']));
    const jitter = images.numbers('margin_jitter');
    images.numbers('seed').forEach((seed, at) => {
      const swings = (at % test.set.count) % 2 === 1;
      expect(jitter[at]).toBeCloseTo(swings ? (Math.sqrt(2) * seed!) / 2 : 0, 5);
    });
  });

  it('refuses averaged weights of a run that took none, and says what to do', async () => {
    await expect(run([1, 3], 'averaged')).rejects.toThrow(
      'there are no averaged weights: params.train.average is null; set it, or take `averaged` out of params.weights',
    );
  });

  it('puts images into groups by each seed’s net, and tells each seed’s course of them', async () => {
    const { groups } = await run([1, 2]);
    const [seeds, choosers, index] = ['seed', 'chooser', 'index'].map((name) => groups.numbers(name));
    const chosen = (seed: number, chooser: number): (number | null)[] =>
      index!.filter((_, row) => seeds![row] === seed && choosers![row] === chooser);
    expect(chosen(1, 2)).toEqual(chosen(2, 2));
    expect(chosen(1, 1)).not.toEqual(chosen(1, 2));
    const jitter = groups.numbers('margin_jitter');
    const { images } = await run([1]);
    const own = new Map(images.numbers('index').map((at, row) => [at, images.numbers('margin_jitter')[row]]));
    index!.forEach((at, row) => {
      if (seeds![row] === 1) expect(jitter[row]).toBe(own.get(at));
    });
  });
});

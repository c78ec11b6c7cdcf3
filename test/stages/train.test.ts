import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import type { InputFile } from 'pipewright/stage';
import checkpoint from '../../stages/checkpoint.ts';
import data from '../../stages/data.ts';
import snapshot from '../../stages/snapshot.ts';
import train from '../../stages/train.ts';

const ENDS = [1, 2, 4];
const dataset = { name: 'shapes', train: 48, validation: 20, test: 20 };
const params = train.params.parse({
  engine: { backend: 'onnxruntime', device: 'cpu' },
  model: { family: 'vgg', depth: 4, width: 4 },
  train: { batchSize: 16, momentum: 0.9 },
  recipe: { learningRate: 0.05 },
});

let folder: string;
const said: string[] = [];
beforeEach(() => {
  said.length = 0;
});

function file(name: string): InputFile {
  return { path: join(folder, name), name, point: {} };
}

/** What every task gets besides its parameters, inputs and outputs. */
const surroundings = {
  previous: null,
  provenance: { stage: 'test' },
  threads: 1,
  memory: null,
  devices: [],
  signal: new AbortController().signal,
  progress: (done: number, total: number, unit: string) => said.push(`${done} of ${total} ${unit}`),
  log: (message: string) => said.push(message),
  warn: (message: string) => said.push(`warning: ${message}`),
};

async function runData(): Promise<void> {
  const paths = (part: string): string => join(folder, `${part}.arrow`);
  await data.run({
    ...surroundings,
    params: data.params.parse({ dataset }),
    axes: {},
    inputs: { source: [] },
    outputs: { train: paths('train'), validation: paths('validation'), test: paths('test') },
  });
}

/** One segment; `before` is the folder of the segment it continues. */
async function runTrain(name: string, epoch: number, before: string | null, chosen = params): Promise<void> {
  const path = (part: string): string => join(folder, name, `${part}.arrow`);
  await mkdir(dirname(path('model')), { recursive: true });
  const carried = (part: string): InputFile | null =>
    before === null ? null : file(`${before}/${part}.arrow`);
  await train.run({
    ...surroundings,
    params: chosen,
    axes: train.axes.parse({ augment: true, seed: 3, epoch }),
    inputs: {
      train: file('train.arrow'),
      validation: file('validation.arrow'),
      test: file('test.arrow'),
      model: carried('model'),
      optimiser: carried('optimiser'),
    },
    outputs: {
      model: path('model'),
      optimiser: path('optimiser'),
      kept: path('kept'),
      predictions: path('predictions'),
      log: path('log'),
    },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-stage-'));
  await runData();
  for (const [i, end] of ENDS.entries()) {
    await runTrain(`to-${end}`, end, i === 0 ? null : `to-${ENDS[i - 1]}`);
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the data stage', () => {
  it('writes the three parts, each saying how many it has', async () => {
    await runData();
    expect(said).toEqual(['train: 48 images', 'validation: 20 images', 'test: 20 images']);
    const table = await readArrow(join(folder, 'train.arrow'));
    expect(table.columns.image).toMatchObject({ type: 'tensor', element: 'uint8', shape: [32, 32, 3] });
    expect(table.strings('class').slice(0, 1)).toEqual(['circle']);
    expect(table.metadata).toMatchObject({ stage: 'test' });
  });
});

describe('the train stage', () => {
  it('ends in the same bytes in one segment as in three', async () => {
    await runTrain('whole', 4, null);
    for (const part of ['model', 'optimiser']) {
      const [whole, last] = await Promise.all([
        readFile(join(folder, 'whole', `${part}.arrow`)),
        readFile(join(folder, 'to-4', `${part}.arrow`)),
      ]);
      expect(whole.equals(last)).toBe(true);
    }
  });

  it('tells of each epoch', async () => {
    await runTrain('again', 4, 'to-2');
    expect(said.filter((line) => line.endsWith('epochs'))).toEqual([
      '0 of 2 epochs',
      '1 of 2 epochs',
      '2 of 2 epochs',
    ]);
    expect(said.filter((line) => line.startsWith('epoch '))).toEqual([
      expect.stringMatching(/^epoch 3: train loss \d\.\d{3} error .* %, validation loss .*images\/s$/),
      expect.stringMatching(/^epoch 4: /),
    ]);
  });

  it('names engine and layout as its toolchain, and in the metadata of its files', async () => {
    const toolchain = await train.toolchain?.(params);
    expect(toolchain?.engine).toMatch(/onnxruntime/);
    const { metadata } = await readArrow(join(folder, 'to-1', 'log.arrow'));
    expect(JSON.parse(metadata.toolchain!)).toEqual(toolchain);
  });

  it('in mixed precision says what that gains, and tells of the loss scale', async () => {
    const mixed = { ...params, train: { ...params.train, precision: 'mixed' as const } };
    await runTrain('mixed', 1, null, mixed);
    expect(said).toContain('mixed precision gains nothing on cpu');
    expect(said.find((line) => line.startsWith('epoch 1'))).toMatch(
      /; learning rate 0\.05, loss scale 65536, 0 steps skipped, \d+ images\/s$/,
    );
    expect(await train.toolchain?.(mixed)).toEqual({
      ...(await train.toolchain?.(params)),
      precision: 'mixed',
    });
    const optimiser = await readArrow(join(folder, 'mixed', 'optimiser.arrow'));
    expect(optimiser.numbers('loss_scale')).toEqual([65536]);
    const plain = await readArrow(join(folder, 'to-1', 'optimiser.arrow'));
    expect(Object.keys(plain.columns)).not.toContain('loss_scale');
  });
});

/** The segments' files of a kind, gathered over the epochs that end them. */
function gathered(part: string): InputFile[] {
  return ENDS.map((epoch) => ({ ...file(`to-${epoch}/${part}.arrow`), point: { epoch } }));
}

describe('the checkpoint stage', () => {
  const path = (name: string): string => join(folder, `${name}.arrow`);
  const others = { hasty: { patience: 1 }, smoothed: { patience: 1, window: 3 } };

  async function runCheckpoint(weights: 'trained' | 'averaged'): Promise<void> {
    await checkpoint.run({
      ...surroundings,
      params: checkpoint.params.parse({ earlyStopping: { patience: 100, others } }),
      axes: checkpoint.axes.parse({ weights }),
      inputs: { log: gathered('log'), kept: gathered('kept') },
      outputs: { reference: path('reference'), stops: path('stops'), history: path('history') },
    });
  }

  it.each([
    ['trained', 'monitored_loss'],
    ['averaged', 'averaged_monitored_loss'],
  ] as const)(
    'writes the best %s model and the joined log, and warns when there was no early stopping',
    async (weights, column) => {
      await runCheckpoint(weights);
      const history = await readArrow(join(folder, 'history.arrow'));
      const losses = history.numbers(column) as number[];
      const best = losses.indexOf(Math.min(...losses)) + 1;
      const reference = await readArrow(join(folder, 'reference.arrow'));
      expect(history.numbers('epoch')).toEqual([1, 2, 3, 4]);
      expect(history.numbers('monitored_loss')).toEqual(losses);
      expect(reference.numbers('epoch')).toEqual([best]);
      const stops = await readArrow(path('stops'));
      expect(stops.strings('reference')).toEqual(['early-stopping', 'hasty', 'smoothed']);
      expect(stops.numbers('epoch')[0]).toBe(best);
      expect([stops.numbers('patience'), stops.numbers('window')]).toEqual([
        [100, 1, 1],
        [1, 1, 3],
      ]);
      expect(said.at(-1)).toBe(
        'warning: early stopping did not occur within 4 epochs; ' +
          `the lowest loss so far, of epoch ${best}, stands in for it`,
      );
    },
  );
});

describe('the snapshot stage', () => {
  async function weightsAt(
    epoch: number,
    weights: 'trained' | 'averaged' = 'trained',
    kept = gathered('kept'),
  ) {
    const path = join(folder, 'snapshot.arrow');
    await snapshot.run({
      ...surroundings,
      params: {},
      axes: snapshot.axes.parse({ weights, epoch }),
      inputs: { kept },
      outputs: { model: path },
    });
    const table = await readArrow(path);
    return { epoch: table.numbers('epoch'), filter: table.tensor('group1.conv1.filter').values };
  }

  it('gives the weights of an epoch, also where no segment ends', async () => {
    const last = (await readArrow(join(folder, 'to-2', 'model.arrow'))).tensor('group1.conv1.filter').values;
    expect(await weightsAt(2)).toEqual({ epoch: [2], filter: last });
    const inside = await weightsAt(3);
    expect(inside.epoch).toEqual([3]);
    expect(inside.filter).not.toEqual(last);
    expect((await weightsAt(3, 'averaged')).filter).not.toEqual(inside.filter);
  });

  it('says what to do about an epoch that there is not', async () => {
    await expect(weightsAt(5)).rejects.toThrow(
      'epoch 5 is to be explained, but training ends after 4; add to params.segments, or take it out of params.epochs',
    );
    const keep = { until: 1, growth: 3, distances: [0] };
    const bounded = train.params.parse({ ...params, train: { ...params.train, keep, average: null } });
    await runTrain('few', 4, null, bounded);
    const few = [{ ...file('few/kept.arrow'), point: { epoch: 4 } }];
    // Every epoch of a new lowest loss is kept, too.
    const kept = new Set((await readArrow(few[0]!.path)).numbers('epoch'));
    const missing = [2, 3, 4].find((epoch) => !kept.has(epoch));
    if (missing !== undefined)
      await expect(weightsAt(missing, 'trained', few)).rejects.toThrow(
        /were not kept, the nearest are those of epoch/,
      );
    await expect(weightsAt(1, 'averaged', few)).rejects.toThrow('params.train.average is null');
  });
});

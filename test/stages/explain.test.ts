import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArrowTable, readArrow, writeArrow } from 'pipewright/arrow';
import type { InputFile } from 'pipewright/stage';
import type { TensorMap } from '../../lib/compute/program.ts';
import { writeImages } from '../../lib/study/dataset/file.ts';
import { createModel } from '../../lib/study/model/create.ts';
import { weightColumns } from '../../lib/study/model/weights-file.ts';
import { draws } from '../../lib/study/random.ts';
import { writeHistory } from '../../lib/study/train/checkpoint-files.ts';
import attribute from '../../stages/attribute.ts';
import claims from '../../stages/claims.ts';
import deletion from '../../stages/deletion.ts';
import floor from '../../stages/floor.ts';
import sanity from '../../stages/sanity.ts';
import score from '../../stages/score.ts';
import select from '../../stages/select.ts';

const engine = { backend: 'onnxruntime', device: 'cpu' } as const;
const model = { family: 'resnet-cifar', depth: 8, width: 4 } as const;
const imageShape = { height: 16, width: 16, channels: 3 };
const classes = ['cat', 'dog', 'eel'];
const methods = ['saliency', 'grad-cam', 'smooth-grad'] as const;
const count = 60;

let folder: string;
const said: string[] = [];

const path = (name: string): string => join(folder, name);

function file(name: string, point: InputFile['point'] = {}): InputFile {
  return { path: path(name), name, point };
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

function randomWeights(seed: number): TensorMap {
  const from = draws({ seed, purpose: 'test weights' });
  const net = createModel(model, imageShape, classes.length);
  return Object.fromEntries(
    net.weights.map(({ name, shape, role }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const positive = role === 'scale' || role === 'variance';
      const values = Float32Array.from({ length: size }, () => (positive ? 1 : 0.3 * from.normal()));
      return [name, { dtype: 'float32', shape, values }];
    }),
  );
}

async function writeTestImages(): Promise<void> {
  const from = draws({ seed: 1, purpose: 'test images' });
  const { height, width, channels } = imageShape;
  const bytes = (length: number, bound: number) => Uint8Array.from({ length }, () => from.integer(bound));
  const images = bytes(count * height * width * channels, 256);
  const labels = bytes(count, classes.length);
  const set = {
    count,
    ...imageShape,
    images,
    labels,
    drawn: labels,
    index: Int32Array.from({ length: count }, (_, i) => 1000 + i),
    masks: bytes(count * height * width, 2),
  };
  await writeImages(path('test.arrow'), { set, classes, mean: [0.5, 0.5, 0.5], std: [0.3, 0.3, 0.3] }, {});
}

async function explain(
  weights: string,
  maps: string,
  params: object = {},
  memory: number | null = null,
): Promise<ArrowTable> {
  await attribute.run({
    ...surroundings,
    memory,
    params: attribute.params.parse({
      engine,
      model,
      attribute: { methods, smoothGrad: { samples: 2 }, ...params },
    }),
    axes: {},
    inputs: { model: file(weights), images: file('images.arrow') },
    outputs: { maps: path(maps) },
  });
  return readArrow(path(maps));
}

async function pick(images: string, memory: number | null = null): Promise<void> {
  await select.run({
    ...surroundings,
    memory,
    params: select.params.parse({ engine, model, select: { clear: 2, borderline: 1 } }),
    axes: {},
    inputs: { model: file('model-1.arrow'), test: file('test.arrow') },
    outputs: { images: path(images) },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipe-explain-'));
  await writeTestImages();
  const { weights } = createModel(model, imageShape, classes.length);
  for (const seed of [1, 2])
    await writeArrow(path(`model-${seed}.arrow`), weightColumns(weights, [randomWeights(seed)]));
  await pick('images.arrow');
});

afterAll(() => rm(folder, { recursive: true }));

const ofMemory = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('as few images at a time as can be'));
const tooLittle: unknown = expect.stringMatching(
  /^warning: .* take about 0\.\d+ GB, and the stage declares 0\.0010 GB/,
);

/** What is said while a stage has far too little memory, of that. */
async function withLittle(run: (memory: number) => Promise<unknown>): Promise<string[]> {
  const before = said.length;
  await run(1e6);
  return ofMemory(said.slice(before));
}

describe('select', () => {
  it('with less memory than it can do with says so, and picks the same images', async () => {
    expect(await withLittle((memory) => pick('little-images.arrow', memory))).toEqual([tooLittle]);
    expect(await readFile(path('little-images.arrow'))).toEqual(await readFile(path('images.arrow')));
  });

  it('writes the picked images with group, rank, score and mask', async () => {
    const images = await readArrow(path('images.arrow'));
    expect(images.tensor('image').shape).toEqual([images.rows, 16, 16, 3]);
    expect(images.tensor('mask').shape).toEqual([images.rows, 16, 16]);
    const groups = images.strings('group');
    expect(new Set(groups)).toEqual(new Set(['A', 'B', 'C']));
    images.booleans('correct').forEach((correct, row) => {
      if (groups[row] !== 'C') expect(correct).toBe(groups[row] === 'A');
    });
    const index = images.numbers('index');
    expect(new Set(index).size).toBe(images.rows);
    expect(said).toContain(`picked ${images.rows} of 60 test images`);
  });

  it('warns of short groups', () => {
    expect(said.some((line) => /^warning: class \w+: group [ABC] has \d of \d images$/.test(line))).toBe(
      true,
    );
  });
});

describe('attribute', () => {
  it('with less memory than it can do with says so, and writes the same maps', async () => {
    const usual = await explain('model-1.arrow', 'usual.arrow');
    let little = usual;
    const warned = await withLittle(
      async (memory) => (little = await explain('model-1.arrow', 'little.arrow', {}, memory)),
    );
    for (const method of methods) expect(little.tensor(method)).toEqual(usual.tensor(method));
    expect(warned).toEqual([tooLittle]);
  });

  it('writes a map per image and method, and what the network says of the image', async () => {
    const images = await readArrow(path('images.arrow'));
    const maps = await explain('model-1.arrow', 'reference.arrow');
    expect(maps.numbers('index')).toEqual(images.numbers('index'));
    expect(maps.tensor('saliency').shape).toEqual([maps.rows, 16, 16, 3]);
    expect(maps.tensor('grad-cam').shape).toEqual([maps.rows, 4, 4, 1]);
    const labels = maps.numbers('label');
    const { values } = maps.tensor('probabilities');
    maps.numbers('probability').forEach((p, row) => {
      expect(p).toBe(values[row * classes.length + labels[row]!]);
    });
    const chosen = images.numbers('probability');
    maps.numbers('probability').forEach((p, row) => {
      expect(p).toBeCloseTo(chosen[row]!, 5);
    });
    expect(said).toContain(`${maps.rows} of ${maps.rows} images`);
  });

  it('explains the predicted class where asked', async () => {
    const maps = await explain('model-1.arrow', 'predicted.arrow', { class: 'predicted' });
    expect(maps.numbers('explained')).toEqual(maps.numbers('predicted'));
    const byLabel = await readArrow(path('reference.arrow'));
    const size = 16 * 16 * 3;
    const mapOf = (table: ArrowTable, row: number) =>
      table.tensor('saliency').values.subarray(row * size, (row + 1) * size);
    maps.numbers('predicted').forEach((predicted, row) => {
      const same = mapOf(maps, row).every((value, i) => value === mapOf(byLabel, row)[i]);
      expect(same).toBe(predicted === byLabel.numbers('label')[row]);
    });
  });

  it('explains the probability where asked', async () => {
    const maps = await explain('model-1.arrow', 'probability.arrow', { target: 'probability' });
    const byLogit = await readArrow(path('reference.arrow'));
    expect(maps.tensor('saliency').values).not.toEqual(byLogit.tensor('saliency').values);
    expect(maps.tensor('probabilities').values).toEqual(byLogit.tensor('probabilities').values);
  });
});

describe('score', () => {
  async function scores(maps: string): Promise<ArrowTable> {
    await score.run({
      ...surroundings,
      params: { score: { reduction: 'max-abs', signed: false } },
      axes: { augment: false, seed: 3, epoch: 5 },
      inputs: { maps: file(maps), reference: file('reference.arrow') },
      outputs: { scores: path('scores.arrow') },
    });
    return readArrow(path('scores.arrow'));
  }

  it('writes one row per image and method, with the axes as columns', async () => {
    const { rows } = await explain('model-2.arrow', 'maps.arrow');
    const table = await scores('maps.arrow');
    expect(table.rows).toBe(rows * methods.length);
    expect(new Set(table.strings('method'))).toEqual(new Set(methods));
    expect(new Set(table.numbers('epoch'))).toEqual(new Set([5]));
    // As in the names of directories.
    expect(new Set(table.strings('augment'))).toEqual(new Set(['false']));
    for (const name of ['mssim', 'spearman', 'spearman_eq8', 'mass_inside', 'covered'])
      expect(table.numbers(name).some((value) => value !== null && value < 1)).toBe(true);
  });

  it('compares maps of all methods at one size as well, and says both', async () => {
    await explain('model-2.arrow', 'maps.arrow');
    const table = await scores('maps.arrow');
    const [own, common] = ['map_height', 'common_height'].map((name) => table.numbers(name));
    expect(new Set(common)).toEqual(new Set([4]));
    const [atOwn, atCommon] = [table.numbers('mssim'), table.numbers('mssim_common')];
    table.strings('method').forEach((method, row) => {
      expect(own![row]).toBe(method === 'grad-cam' ? 4 : 16);
      if (own![row] === 4) expect(atCommon[row]).toBe(atOwn[row]);
      else if (atOwn[row] !== null) expect(atCommon[row]).not.toBe(atOwn[row]);
    });
  });

  it('finds maps equal to themselves', async () => {
    const table = await scores('reference.arrow');
    const constant = table.booleans('constant');
    for (const name of ['mssim', 'spearman', 'spearman_eq8'])
      table.numbers(name).forEach((value, row) => {
        if (constant[row]) expect(value).toBeNull();
        else expect(value).toBeCloseTo(1, 9);
      });
  });

  it('refuses maps of other images', async () => {
    const images = await readArrow(path('images.arrow'));
    const reference = await readArrow(path('reference.arrow'));
    expect(images.rows).toBeGreaterThan(4);
    const first = [...reference.batches()][0]!;
    const { shape, values } = first.tensor('saliency');
    const utf8 = (name: string) => ({ type: 'utf8', values: first.strings(name) }) as const;
    const int32 = (name: string) => ({ type: 'int32', values: first.numbers(name) }) as const;
    const float64 = (name: string) => ({ type: 'float64', values: first.numbers(name) }) as const;
    await writeArrow(path('some.arrow'), {
      index: int32('index'),
      label: int32('label'),
      class: utf8('class'),
      group: utf8('group'),
      rank: int32('rank'),
      explained: int32('explained'),
      predicted: int32('predicted'),
      probability: float64('probability'),
      entropy: float64('entropy'),
      saliency: { type: 'tensor', shape: shape.slice(1), values },
    });
    await expect(scores('some.arrow')).rejects.toThrow(
      'the maps and their reference are of different images',
    );
  });
});

describe('floor', () => {
  type Tables = Readonly<Record<'floor' | 'late' | 'crossed', ArrowTable>>;

  async function noiseFloor(seeds: readonly number[], memory: number | null = null): Promise<Tables> {
    const ofSeeds = (name: (seed: number) => string, ...epoch: number[]): InputFile[] =>
      seeds.flatMap((seed) => [
        ...epoch.slice(1).map((other) => file('nowhere.arrow', { seed, epoch: other })),
        file(name(seed), epoch.length > 0 ? { seed, epoch: epoch[0]! } : { seed }),
      ]);
    await floor.run({
      ...surroundings,
      memory,
      params: floor.params.parse({
        engine,
        model,
        attribute: { methods, smoothGrad: { samples: 2 } },
        score: {},
      }),
      axes: { augment: true },
      inputs: {
        models: ofSeeds((seed) => `model-${seed}.arrow`),
        images: ofSeeds(() => 'images.arrow'),
        references: ofSeeds(() => 'reference.arrow'),
        late: ofSeeds(() => 'model-2.arrow', 9, 4),
        maps: ofSeeds(() => 'maps.arrow', 9, 4),
      },
      outputs: { floor: path('floor.arrow'), late: path('late.arrow'), crossed: path('crossed.arrow') },
    });
    const [floors, late, crossed] = await Promise.all(
      ['floor.arrow', 'late.arrow', 'crossed.arrow'].map((name) => readArrow(path(name))),
    );
    return { floor: floors!, late: late!, crossed: crossed! };
  }

  it('with less memory than it can do with says so, and scores the same', async () => {
    const whole = await noiseFloor([1, 2]);
    let little = whole;
    const warned = await withLittle(async (memory) => (little = await noiseFloor([1, 2], memory)));
    expect(warned).toEqual([tooLittle]);
    for (const name of ['floor', 'late', 'crossed'] as const)
      expect(little[name].numbers('mssim')).toEqual(whole[name].numbers('mssim'));
  });

  it('scores each seed against every other on its own images', async () => {
    const { rows } = await readArrow(path('images.arrow'));
    const { floor: table } = await noiseFloor([1, 2]);
    expect(table.rows).toBe(2 * rows * methods.length);
    const seeds = table.numbers('seed');
    const mssim = table.numbers('mssim');
    const constant = table.booleans('constant');
    table.numbers('other').forEach((other, row) => {
      expect(other).toBe(3 - seeds[row]!);
      if (constant[row]) return;
      // The reference maps are those of seed 1's model: explained by it again, they are the same.
      if (other === 1) expect(mssim[row]).toBeCloseTo(1, 9);
      else expect(mssim[row]).toBeLessThan(1);
    });
  });

  it('does so at the last checkpoint as well, and says how far each net is from its own early stopping', async () => {
    await explain('model-2.arrow', 'maps.arrow');
    const { late, crossed } = await noiseFloor([1, 2]);
    for (const table of [late, crossed]) expect(new Set(table.numbers('epoch'))).toEqual(new Set([9]));
    // Late, both seeds have the net of seed 2: explained by either, maps are the same.
    const constant = late.booleans('constant');
    late.numbers('mssim').forEach((value, row) => {
      if (!constant[row]) expect(value).toBeCloseTo(1, 9);
    });
    // Early, seed 2 has that net, too; seed 1 has not.
    const others = crossed.numbers('other');
    crossed.numbers('mssim').forEach((value, row) => {
      if (value === null) return;
      if (others[row] === 2) expect(value).toBeCloseTo(1, 9);
      else expect(value).toBeLessThan(1);
    });
  });

  it('of one seed has no rows, and a warning', async () => {
    const tables = Object.values(await noiseFloor([1]));
    expect(tables.map(({ rows }) => rows)).toEqual([0, 0, 0]);
    for (const { columns } of tables) expect(Object.keys(columns)).toContain('mssim');
    expect(said).toContain('warning: there is one seed only: without a second there is no noise floor');
  });
});

/** Classes and groups that there are images of. */
async function placesOf(name: string): Promise<Set<string>> {
  const table = await readArrow(path(name));
  const labels = table.numbers('label');
  return new Set(table.strings('group').map((group, row) => `${labels[row]} ${group}`));
}

describe('deletion', () => {
  const remove = (areas: string, memory: number | null = null) =>
    deletion.run({
      ...surroundings,
      memory,
      params: deletion.params.parse({
        engine,
        model,
        score: {},
        deletion: { images: 1, steps: 4, orders: 2 },
      }),
      axes: { epoch: 5 },
      inputs: {
        model: file('model-1.arrow'),
        images: file('images.arrow'),
        maps: file('reference.arrow'),
      },
      outputs: { areas: path(areas) },
    });

  it('with less memory than it can do with says so, and writes the same areas', async () => {
    await remove('areas.arrow');
    expect(await withLittle((memory) => remove('little-areas.arrow', memory))).toEqual([tooLittle]);
    expect(await readFile(path('little-areas.arrow'))).toEqual(await readFile(path('areas.arrow')));
  });

  it('writes the areas of both curves, from p_c of the whole image to that of none', async () => {
    await remove('areas.arrow');
    const table = await readArrow(path('areas.arrow'));
    const { size: picked } = await placesOf('images.arrow');
    expect(table.rows).toBe(picked * methods.length);
    for (const name of ['deletion', 'insertion', 'deletion_random', 'insertion_random']) {
      const areas = table.numbers(name) as number[];
      expect(Math.min(...areas)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...areas)).toBeLessThanOrEqual(1);
      // What an order says that knows nothing is the same for all methods.
      const least = name.endsWith('random') ? picked / 2 : picked;
      expect(new Set(areas).size).toBeGreaterThan(least);
    }
    const random = table.numbers('deletion_random');
    expect(random.slice(0, picked)).toEqual(random.slice(-picked));
  });
});

describe('sanity', () => {
  const untrain = (scores: string, memory: number | null = null) =>
    sanity.run({
      ...surroundings,
      memory,
      params: sanity.params.parse({
        engine,
        model,
        attribute: { methods: ['saliency'] },
        score: {},
        sanity: { images: 1 },
      }),
      axes: { augment: true },
      inputs: {
        references: [file('model-1.arrow', { seed: 1 }), file('model-2.arrow', { seed: 2 })],
        models: [
          file('nowhere.arrow', { seed: 1, epoch: 4 }),
          file('model-2.arrow', { seed: 1, epoch: 5 }),
          file('nowhere.arrow', { seed: 2, epoch: 5 }),
        ],
        images: [file('images.arrow', { seed: 1 }), file('nowhere.arrow', { seed: 2 })],
      },
      outputs: { sanity: path(scores) },
    });

  it('with less memory than it can do with says so once, and writes the same scores', async () => {
    await untrain('sanity.arrow');
    expect(await withLittle((memory) => untrain('little-sanity.arrow', memory))).toEqual([tooLittle]);
    expect(await readFile(path('little-sanity.arrow'))).toEqual(await readFile(path('sanity.arrow')));
  });

  it('scores nets with untrained parts against themselves, at both checkpoints of the first run', async () => {
    await untrain('sanity.arrow');
    const table = await readArrow(path('sanity.arrow'));
    expect(new Set(table.strings('checkpoint'))).toEqual(new Set(['early stopping', 'last']));
    expect(new Set(table.strings('part'))).toEqual(
      new Set(['linear', 'group3.block1', 'group2.block1', 'group1.block1', 'stem']),
    );
    expect(new Set(table.numbers('seed'))).toEqual(new Set([1]));
    // An image of each class and group, ten altered nets, two checkpoints.
    expect(table.rows).toBe((await placesOf('images.arrow')).size * 10 * 2);
    const similar = table.numbers('spearman').filter((value) => value !== null && value > 0.99);
    expect(similar.length).toBeLessThan(table.rows / 2);
    expect(said).toContain('22 of 22 nets');
  });
});

describe('claims', () => {
  const point = { model: 'vgg-4', augment: true, seed: 1 };
  const inputs = () => ({
    history: [file('history.arrow', point)],
    scores: [file('scores.arrow', { ...point, epoch: 5 })],
    floor: [file('floor.arrow', { model: 'vgg-4', augment: true })],
    ...{ alternatives: [], pairs: [], oscillation: [], lateFloor: [], crossed: [] },
    sanity: [file('sanity.arrow', { model: 'vgg-4', augment: true })],
  });
  const outputs = () => ({
    page: path('claims.md'),
    table: path('claims.arrow'),
    sensitivity: path('sensitivity.arrow'),
    figures: folder,
  });
  const primary = { drift: { statistic: 'saliency, MSSIM', direction: 'below', margin: 0.4 } };
  const paramsOf = (claimed: object) => claims.params.parse({ claims: { resamples: 50, ...claimed } });

  it('writes a page and tables from histories, scores, floor and sanity checks; one seed decides nothing', async () => {
    const train = { loss: 1, error: 0.1 };
    const row = { train, validation: null, averaged: null, monitoredLoss: 1, lastLayerNorm: 1 };
    const history = [1, 2, 3, 4, 5].map((epoch) => ({
      ...row,
      epoch,
      test: { loss: 1 + epoch / 10, error: 0.5 - epoch / 100 },
      learningRate: 0.1,
    }));
    await writeHistory(path('history.arrow'), history, { epoch: 2, triggered: true }, {});
    await claims.run({
      ...surroundings,
      params: paramsOf({ primary }),
      axes: {},
      inputs: inputs(),
      outputs: outputs(),
    });
    const page = await readFile(path('claims.md'), 'utf8');
    expect(page).toContain(
      '- all runs: 1 seed; early stopping at epoch 2 (seed 1); last checkpoint: epoch 5.',
    );
    expect(page).toContain('All runs: vgg-4, augment=true.');
    expect(page).toMatch(
      /- \*\*all runs: undecided\.\*\* saliency, MSSIM 1\.000, to be < 0\.4; from 1 seed, \d+ images/,
    );
    expect(page).toContain('1 seed is too few');
    // Its scores are of one run; the sanity checks above are of saliency.
    expect(page).toMatch(/\| saliency \| 1\.000 \|.* 0\.\d+ \|/);
    const table = await readArrow(path('claims.arrow'));
    expect(new Set(table.strings('verdict'))).toEqual(new Set(['undecided']));
    expect(table.strings('statistic')[table.booleans('primary').indexOf(true)]).toBe('saliency, MSSIM');
    const sensitivity = await readArrow(path('sensitivity.arrow'));
    expect(sensitivity.booleans('changed')).not.toContain(true);
  });

  it('refuses a primary statistic that there is none of, and says which there are', async () => {
    const misnamed = { drift: { ...primary.drift, statistic: 'saliency, SSIM' } };
    const run = claims.run({
      ...surroundings,
      params: paramsOf({ primary: misnamed }),
      axes: {},
      inputs: inputs(),
      outputs: outputs(),
    });
    await expect(run).rejects.toThrow(
      /claims\.primary\.drift: there is no statistic 'saliency, SSIM'; choose one of 'saliency, MSSIM'/,
    );
  });
});

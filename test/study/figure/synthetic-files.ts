import { join } from 'node:path';
import { type Columns, writeArrow } from 'pipewright/arrow';
import { drawShapes } from '../../../lib/study/dataset/shapes/draw.ts';
import { imageColumns } from '../../../lib/study/dataset/file.ts';
import type { Observed } from '../../../lib/study/figure/data/behind.ts';
import type { PlacedFile } from '../../../lib/study/figure/data/load.ts';
import type { ScoreRow } from '../../../lib/study/figure/data/score-row.ts';
import type { TrainingRun } from '../../../lib/study/figure/training.ts';
import { draws } from '../../../lib/study/random.ts';
import {
  deletionRows,
  epochs,
  floorRows,
  methods,
  pairRows,
  sanityRows,
  scoreRows,
  trainingRuns,
} from './synthetic.ts';

/** The files of a small study of shapes, as the stages before the figures write them. */
export interface SyntheticFiles {
  readonly history: PlacedFile[];
  readonly scores: PlacedFile[];
  readonly floor: PlacedFile[];
  readonly late: PlacedFile[];
  readonly pairs: PlacedFile[];
  readonly images: PlacedFile[];
  readonly reference: PlacedFile[];
  readonly maps: PlacedFile[];
  readonly areas: PlacedFile[];
  readonly sanity: PlacedFile[];
}

const float = (values: (number | null)[]) => ({ type: 'float64' as const, values });
const int = (values: ArrayLike<number>) => ({ type: 'int32' as const, values });
const text = (values: string[]) => ({ type: 'utf8' as const, values });
const whose = (rows: readonly Observed[]): Columns => ({
  index: int(rows.map(({ image }) => image)),
  class: text(rows.map((row) => row.class)),
});

function historyColumns({ epochs: rows, earlyStopping }: TrainingRun): Columns {
  return {
    epoch: int(rows.map(({ epoch }) => epoch)),
    train_loss: float(rows.map(({ loss }) => loss.train)),
    train_error: float(rows.map(({ error }) => error.train)),
    validation_loss: float(rows.map(({ loss }) => loss.validation)),
    validation_error: float(rows.map(({ error }) => error.validation)),
    test_loss: float(rows.map(({ loss }) => loss.test)),
    test_error: float(rows.map(({ error }) => error.test)),
    last_layer_norm: float(rows.map(({ lastLayerNorm }) => lastLayerNorm)),
    learning_rate: float(rows.map(() => 0.1)),
    early_stopping: { type: 'bool', values: rows.map(({ epoch }) => epoch === earlyStopping) },
  };
}

function scoreColumns(rows: readonly ScoreRow[]): Columns {
  return {
    index: int(rows.map(({ image }) => image)),
    class: text(rows.map((row) => row.class)),
    group: text(rows.map(({ group }) => group)),
    method: text(rows.map(({ method }) => method)),
    mssim: float(rows.map(({ mssim }) => mssim)),
    spearman: float(rows.map(({ spearman }) => spearman)),
    spearman_eq8: float(rows.map(({ spearmanEq8 }) => spearmanEq8)),
    entropy: float(rows.map(({ entropy }) => entropy)),
    probability: float(rows.map(({ probability }) => probability)),
    mass_inside: float(rows.map(({ maskMass }) => maskMass)),
    pointing_game: { type: 'bool', values: rows.map(({ pointing }) => pointing === 1) },
    covered: float(rows.map(({ covered }) => covered)),
  };
}

/** The first images of the set, three groups in turn. */
function selection(count: number) {
  const { test: drawn, classes } = drawShapes({ seed: 3, train: 0, test: count });
  const test = drawn!;
  const labels = Array.from(test.labels, (_, row) => row % classes.length);
  const group = labels.map((_, row) => 'ABC'[row % 3]!);
  const seen = new Map<string, number>();
  const rank = labels.map((label, row) => {
    const key = `${label} ${group[row]!}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key)!;
  });
  return {
    set: { ...test, labels: Uint8Array.from(labels), index: Int32Array.from(labels, (_, row) => row) },
    classes,
    group,
    rank,
  };
}

type Selected = ReturnType<typeof selection>;

/** Maps that look at the object's mask, the less so the later; Grad-CAM's are small and never negative. */
function mapColumns({ set, classes, group, rank }: Selected, epoch: number, seed: number): Columns {
  const { count, height, width } = set;
  const noise = draws({ seed, purpose: 'maps', epoch });
  const inside = (row: number, y: number, x: number): number =>
    set.masks?.[(row * height + y) * width + x] ?? 0;
  const fine = (): Float32Array =>
    Float32Array.from({ length: count * height * width * 3 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      const [y, x] = [Math.floor(pixel / width) % height, pixel % width];
      const near = inside(Math.floor(pixel / (width * height)), y, x) * 1.5 + 0.35;
      return noise.normal() ** 3 * near * 0.01 * (1 + epoch / 40);
    });
  const coarse = Float32Array.from({ length: count * 64 }, (_, at) => {
    const [y, x] = [Math.floor((at % 64) / 8) * 4 + 2, (at % 8) * 4 + 2];
    const value = inside(Math.floor(at / 64), y, x) + 0.6 * noise.normal() - 0.2;
    return Math.max(0, value);
  });
  const tensor = (values: Float32Array, shape: number[]) => ({ type: 'tensor' as const, shape, values });
  return {
    index: int(set.index),
    label: int(set.labels),
    class: text(Array.from(set.labels, (label) => classes[label]!)),
    group: text(group),
    rank: int(rank),
    explained: int(Array.from(set.labels)),
    predicted: int(
      Array.from(
        set.labels,
        (label, row) => (label + Number(row % 3 > 0 && noise.uniform() < 0.4)) % classes.length,
      ),
    ),
    probability: float(
      group.map((name) => Math.min(1, { A: 0.97, B: 0.1, C: 0.5 }[name]! * (0.8 + 0.2 * noise.uniform()))),
    ),
    entropy: float(group.map(() => noise.uniform())),
    ...Object.fromEntries(
      methods.map((method) =>
        method === 'grad-cam'
          ? [method, tensor(coarse, [8, 8, 1])]
          : [method, tensor(fine(), [height, width, 3])],
      ),
    ),
  };
}

export async function writeSyntheticFiles(
  folder: string,
  options: {
    readonly augments: readonly boolean[];
    readonly seeds: readonly number[];
    readonly images: number;
  },
): Promise<SyntheticFiles> {
  const { augments, seeds } = options;
  const files: SyntheticFiles = {
    history: [],
    scores: [],
    floor: [],
    late: [],
    pairs: [],
    images: [],
    reference: [],
    maps: [],
    areas: [],
    sanity: [],
  };
  const write = async (
    kind: keyof SyntheticFiles,
    point: Readonly<Record<string, number | boolean>>,
    columns: Columns,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const path = join(folder, `${kind}-${Object.values(point).join('-')}.arrow`);
    await writeArrow(path, columns, { metadata });
    files[kind].push({ path, point });
  };
  const selected = selection(options.images);
  const metadata = { classes: JSON.stringify(selected.classes), mean: '[0,0,0]', std: '[1,1,1]' };
  for (const run of trainingRuns(augments, seeds)) {
    const augment = run.variant.key === 'augment';
    const { seed } = run;
    await write('history', { augment, seed }, historyColumns(run));
    const images = {
      ...imageColumns(selected.set, selected.classes),
      group: text(selected.group),
      rank: int(selected.rank),
    };
    await write('images', { augment, seed }, images, metadata);
    await write('reference', { augment, seed }, mapColumns(selected, run.earlyStopping ?? 1, seed));
    const scores = scoreRows(augment, [seed], Math.ceil(options.images / 30));
    for (const epoch of epochs) {
      await write('maps', { augment, seed, epoch }, mapColumns(selected, epoch, seed));
      await write(
        'scores',
        { augment, seed, epoch },
        scoreColumns(scores.filter((row) => row.epoch === epoch)),
      );
      const areas = deletionRows([seed]).filter((row) => row.epoch === epoch);
      await write(
        'areas',
        { augment, seed, epoch },
        {
          ...whose(areas),
          group: text(areas.map(({ group }) => group)),
          method: text(areas.map(({ method }) => method)),
          deletion: float(areas.map(({ deletion }) => deletion)),
          insertion: float(areas.map(({ insertion }) => insertion)),
          deletion_random: float(areas.map(({ randomly }) => randomly.deletion)),
          insertion_random: float(areas.map(({ randomly }) => randomly.insertion)),
        },
      );
    }
  }
  for (const augment of augments) {
    const checked = sanityRows(seeds[0] ?? 0);
    await write(
      'sanity',
      { augment },
      {
        ...whose(checked),
        seed: int(checked.map(({ seed }) => seed)),
        checkpoint: text(checked.map(({ checkpoint }) => checkpoint)),
        randomisation: text(checked.map(({ randomisation }) => randomisation)),
        part: text(checked.map(({ part }) => part)),
        depth: int(checked.map(({ depth }) => depth)),
        method: text(checked.map(({ method }) => method)),
        mssim: float(checked.map(({ mssim }) => mssim)),
        spearman: float(checked.map(({ spearman }) => spearman)),
      },
    );
    const rows = floorRows();
    const floor = {
      seed: int(rows.map(({ seed }) => seed)),
      other: int(rows.map(({ other }) => other)),
      method: text(rows.map(({ method }) => method)),
      group: text(rows.map(({ group }) => group)),
      mssim: float(rows.map(({ mssim }) => mssim)),
      spearman: float(rows.map(({ spearman }) => spearman)),
    };
    await write('floor', { augment }, floor);
    await write('late', { augment }, floor);
    for (const seed of seeds) {
      const pairs = pairRows([seed]);
      await write(
        'pairs',
        { augment, seed },
        {
          ...whose(pairs),
          place: text(pairs.map(({ place }) => place)),
          epoch: float(pairs.map(({ multiple }) => 10 * multiple)),
          stop: float(pairs.map(() => 10)),
          distance: int(pairs.map(({ distance }) => distance)),
          method: text(pairs.map(({ method }) => method)),
          mssim: float(pairs.map(({ mssim }) => mssim)),
          spearman: float(pairs.map(({ spearman }) => spearman)),
        },
      );
    }
  }
  return files;
}

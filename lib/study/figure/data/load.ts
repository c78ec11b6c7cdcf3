import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { readMaps } from '../../attribution/maps-file.ts';
import type { MapsTable } from '../../attribution/maps-file.ts';
import type { MethodName } from '../../attribution/methods.ts';
import { imagesOf } from '../../dataset/file.ts';
import type { Point } from '../../score/axes.ts';
import type { DeletionRow } from '../deletion.ts';
import type { FloorRow } from '../drift.ts';
import type { Checkpoint, MapSeries } from '../heat-map-sheets.ts';
import { placeOf } from '../run.ts';
import type { SanityRow } from '../sanity.ts';
import type { ScoreRow } from './score-row.ts';
import type { PairRow } from '../temporal.ts';
import { splits } from '../training.ts';
import type { Split, TrainingRun } from '../training.ts';

/** A file and where it lies on the pipeline's axes. */
export interface PlacedFile {
  readonly path: string;
  readonly point: Point;
}

function columnIfThere(table: ArrowTable, name: string): (number | null)[] {
  return name in table.columns ? table.numbers(name) : new Array<null>(table.rows).fill(null);
}

/** A history file: one training run. */
export async function readTrainingRun(file: PlacedFile): Promise<TrainingRun> {
  const table = await readArrow(file.path);
  const { variant, seed } = placeOf(file.point);
  const epochs = table.numbers('epoch');
  const perSplit = (measure: string) => splits.map((split) => table.numbers(`${split}_${measure}`));
  const [loss, error, norm] = [perSplit('loss'), perSplit('error'), table.numbers('last_layer_norm')];
  const ofSplits = (columns: readonly (number | null)[][], row: number): Record<Split, number | null> => {
    const [train, validation, test] = columns.map((column) => column[row] ?? null);
    return { train: train ?? null, validation: validation ?? null, test: test ?? null };
  };
  const stop = table.booleans('early_stopping').indexOf(true);
  return {
    variant,
    seed,
    earlyStopping: epochs[stop] ?? null,
    epochs: epochs.map((epoch, row) => ({
      epoch: epoch!,
      loss: ofSplits(loss, row),
      error: ofSplits(error, row),
      lastLayerNorm: norm[row] ?? null,
    })),
  };
}

/** A scores file: every method's maps of one run at one checkpoint. */
export async function readScores(file: PlacedFile): Promise<ScoreRow[]> {
  const table = await readArrow(file.path);
  const { seed, epoch } = placeOf(file.point);
  if (epoch === null) throw new Error(`${file.path}: scores without an epoch to draw them at`);
  const [images, classes, groups] = [table.numbers('index'), table.strings('class'), table.strings('group')];
  const methods = table.strings('method');
  const [mssim, spearman, eq8] = ['mssim', 'spearman', 'spearman_eq8'].map((name) => table.numbers(name));
  const [entropy, probability] = [table.numbers('entropy'), table.numbers('probability')];
  const [mass, covered] = [columnIfThere(table, 'mass_inside'), columnIfThere(table, 'covered')];
  const pointing = 'pointing_game' in table.columns ? table.booleans('pointing_game') : null;
  return images.map((image, row) => {
    const pointed = pointing?.[row] ?? null;
    return {
      seed,
      epoch,
      image: image!,
      class: classes[row]!,
      group: groups[row]!,
      method: methods[row]!,
      mssim: mssim![row]!,
      spearman: spearman![row]!,
      spearmanEq8: eq8![row]!,
      entropy: entropy[row]!,
      probability: probability[row]!,
      maskMass: mass[row]!,
      pointing: pointed === null ? null : Number(pointed),
      covered: covered[row]!,
    };
  });
}

/** A noise-floor file: similarities of the early-stopping maps of two seeds. */
export async function readFloor(file: PlacedFile): Promise<FloorRow[]> {
  const table = await readArrow(file.path);
  const [methods, groups] = [table.strings('method'), table.strings('group')];
  const [mssim, spearman] = [table.numbers('mssim'), table.numbers('spearman')];
  const [seeds, others] = [table.numbers('seed'), table.numbers('other')];
  return methods.map((method, row) => ({
    seed: seeds[row]!,
    other: others[row]!,
    method: method!,
    group: groups[row]!,
    mssim: mssim[row]!,
    spearman: spearman[row]!,
  }));
}

/** A file of pairs of epochs: one run. */
export async function readPairs(file: PlacedFile): Promise<PairRow[]> {
  const table = await readArrow(file.path);
  const { seed } = placeOf(file.point);
  const [places, methods] = [table.strings('place'), table.strings('method')];
  const [images, classes] = [table.numbers('index'), table.strings('class')];
  const [epoch, stop, distance] = [table.numbers('epoch'), table.numbers('stop'), table.numbers('distance')];
  const [mssim, spearman] = [table.numbers('mssim'), table.numbers('spearman')];
  return methods.map((method, row) => ({
    seed,
    place: places[row]!,
    image: images[row]!,
    class: classes[row]!,
    multiple: epoch[row]! / stop[row]!,
    distance: distance[row]!,
    method: method!,
    mssim: mssim[row]!,
    spearman: spearman[row]!,
  }));
}

/** A file of deletion and insertion areas: one run at one checkpoint. */
export async function readDeletion(file: PlacedFile): Promise<DeletionRow[]> {
  const table = await readArrow(file.path);
  const { seed, epoch } = placeOf(file.point);
  if (epoch === null) throw new Error(`${file.path}: areas without an epoch to draw them at`);
  const [groups, methods] = [table.strings('group'), table.strings('method')];
  const [images, classes] = [table.numbers('index'), table.strings('class')];
  const [deletion, insertion, deletionRandom, insertionRandom] = [
    ...['deletion', 'insertion', 'deletion_random', 'insertion_random'],
  ].map((name) => table.numbers(name));
  return groups.map((group, row) => ({
    seed,
    epoch,
    image: images[row]!,
    class: classes[row]!,
    group: group!,
    method: methods[row]!,
    deletion: deletion![row]!,
    insertion: insertion![row]!,
    randomly: { deletion: deletionRandom![row]!, insertion: insertionRandom![row]! },
  }));
}

/** A file of sanity scores: the runs of one variant that were examined. */
export async function readSanity(file: PlacedFile): Promise<SanityRow[]> {
  const table = await readArrow(file.path);
  const [checkpoints, randomisations] = [table.strings('checkpoint'), table.strings('randomisation')];
  const [parts, methods] = [table.strings('part'), table.strings('method')];
  const [images, classes] = [table.numbers('index'), table.strings('class')];
  const [depths, mssim, spearman] = [
    table.numbers('depth'),
    table.numbers('mssim'),
    table.numbers('spearman'),
  ];
  const seeds = columnIfThere(table, 'seed');
  return methods.map((method, row) => ({
    seed: seeds[row] ?? 0,
    image: images[row]!,
    class: classes[row]!,
    checkpoint: checkpoints[row]!,
    randomisation: randomisations[row]!,
    part: parts[row]!,
    depth: depths[row]!,
    method: method!,
    mssim: mssim[row]!,
    spearman: spearman[row]!,
  }));
}

export interface MapFiles {
  readonly images: PlacedFile;
  readonly reference: PlacedFile;
  readonly earlyStopping: number;
  /** One per checkpoint. */
  readonly maps: readonly PlacedFile[];
}

/** Joining the record batches of a method's maps takes long, and each image that is drawn asks for them again. */
function joinedOnce(maps: MapsTable): MapsTable {
  const joined = new Map<MethodName, ReturnType<MapsTable['map']>>();
  return {
    ...maps,
    map(method) {
      const found = joined.get(method) ?? maps.map(method);
      joined.set(method, found);
      return found;
    },
  };
}

/** The maps of one run, by epoch behind those at early stopping. */
export async function readMapSeries(files: MapFiles): Promise<MapSeries> {
  const checkpoint = async (
    file: PlacedFile,
    epoch: number,
    isEarlyStopping: boolean,
  ): Promise<Checkpoint> => ({
    epoch,
    isEarlyStopping,
    maps: joinedOnce(readMaps(await readArrow(file.path))),
  });
  const others: Checkpoint[] = [];
  for (const file of files.maps) {
    const { epoch } = placeOf(file.point);
    if (epoch === null) throw new Error(`${file.path}: maps without an epoch to draw them at`);
    others.push(await checkpoint(file, epoch, false));
  }
  return {
    images: imagesOf(await readArrow(files.images.path)),
    checkpoints: [
      await checkpoint(files.reference, files.earlyStopping, true),
      ...others.sort((a, b) => a.epoch - b.epoch),
    ],
  };
}

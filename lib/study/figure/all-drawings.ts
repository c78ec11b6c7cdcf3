import { curveDrawings } from './curve-drawings.ts';
import type { Drawing } from './page/drawing.ts';
import type { EpochScale } from './curve/epoch-axis.ts';
import {
  readDeletion,
  readFloor,
  readMapSeries,
  readPairs,
  readSanity,
  readScores,
  readTrainingRun,
} from './data/load.ts';
import type { PlacedFile } from './data/load.ts';
import { placeOf, toldApart, variantsOf } from './run.ts';
import type { Variant } from './run.ts';
import { sheetDrawings } from './sheet-drawings.ts';
import type { TrainingRun } from './training.ts';

/** What the figures are drawn from: files of each run, of each checkpoint too where said. */
export interface FigureFiles {
  readonly history: readonly PlacedFile[];
  /** Per checkpoint. */
  readonly scores: readonly PlacedFile[];
  /** Similarities of early-stopping maps between seeds; may be empty. */
  readonly floor: readonly PlacedFile[];
  /** The same at the last checkpoint; may be empty. */
  readonly late: readonly PlacedFile[];
  /** Similarities of two epochs of a run, of each run; may be empty. */
  readonly pairs: readonly PlacedFile[];
  readonly images: readonly PlacedFile[];
  /** Maps at early stopping. */
  readonly reference: readonly PlacedFile[];
  /** Maps per checkpoint. */
  readonly maps: readonly PlacedFile[];
  /** Deletion and insertion, per checkpoint; may be empty. */
  readonly areas: readonly PlacedFile[];
  /** Similarities of maps of partly untrained nets; may be empty. */
  readonly sanity: readonly PlacedFile[];
}

export interface FigureOptions {
  /** What all runs have in common, for the titles: data set and model. */
  readonly setting: string;
  readonly epochAxis: EpochScale;
  readonly sheets: number;
}

function of(files: readonly PlacedFile[], variant: Variant, seed?: number): PlacedFile[] {
  return files.filter(({ point }) => {
    const place = placeOf(point);
    return place.variant.key === variant.key && (seed === undefined || place.seed === seed);
  });
}

async function readAll<T>(
  read: (file: PlacedFile) => Promise<T[]>,
  files: readonly PlacedFile[],
): Promise<T[]> {
  return (await Promise.all(files.map(read))).flat();
}

function inSetting({ key, label }: Variant, { setting }: FigureOptions): Variant {
  return { key, label: [setting, label].filter((part) => part !== '').join(', ') };
}

async function* variantSheets(
  files: FigureFiles,
  run: TrainingRun,
  options: FigureOptions,
): AsyncGenerator<Drawing> {
  const { seed, earlyStopping } = run;
  const variant = inSetting(run.variant, options);
  const [[images], [reference]] = [of(files.images, variant, seed), of(files.reference, variant, seed)];
  if (!images || !reference || earlyStopping === null) return;
  const maps = of(files.maps, variant, seed);
  const series = await readMapSeries({ images, reference, earlyStopping, maps });
  yield* sheetDrawings(series, { variant, seed, scale: options.epochAxis, perClass: options.sheets });
}

/** Every figure, one after another: maps are read run by run, of the first seed of each variant. */
export async function* figureDrawings(files: FigureFiles, options: FigureOptions): AsyncGenerator<Drawing> {
  const apart = toldApart(files.history.map(({ point }) => point));
  const read = await Promise.all(files.history.map(readTrainingRun));
  const runs = read.map((run) => ({ ...run, variant: apart(run.variant) }));
  const variants = variantsOf(runs);
  const ofVariants = await Promise.all(
    variants.map(async (variant) => ({
      variant: inSetting(variant, options),
      scores: await readAll(readScores, of(files.scores, variant)),
      floor: await readAll(readFloor, of(files.floor, variant)),
      late: await readAll(readFloor, of(files.late, variant)),
      pairs: await readAll(readPairs, of(files.pairs, variant)),
      areas: await readAll(readDeletion, of(files.areas, variant)),
      sanity: await readAll(readSanity, of(files.sanity, variant)),
    })),
  );
  const first = variants.map((variant) => runs.find((run) => run.variant.key === variant.key)!);
  yield* mixed(
    curveDrawings(runs, ofVariants, options.epochAxis, options.setting),
    allSheets(files, first, options),
  );
}

async function* allSheets(
  files: FigureFiles,
  runs: readonly TrainingRun[],
  options: FigureOptions,
): AsyncGenerator<Drawing> {
  for (const run of runs) yield* variantSheets(files, run, options);
}

/** As many sheets to a curve as there are of them in a study with a sheet for each class and group. */
const SHEETS_TO_A_CURVE = 3;

/**
 * Curves keep the thread that draws busy, sheets those that make pixels: mixed, each has something to do all the
 * time.
 */
async function* mixed(curves: readonly Drawing[], sheets: AsyncGenerator<Drawing>): AsyncGenerator<Drawing> {
  for (const curve of curves) {
    yield curve;
    for (let sheet = 0; sheet < SHEETS_TO_A_CURVE; sheet += 1) {
      const next = await sheets.next();
      if (next.done !== true) yield next.value;
    }
  }
  yield* sheets;
}

import { type ArrowTable, readArrow } from 'pipewright/arrow';
import { type MapsTable, readMaps } from '../attribution/maps-file.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { PlacedFile } from '../figure/data/load.ts';
import { placeOf } from '../figure/run.ts';
import type { Point } from '../score/axes.ts';
import { readSelection } from '../selection/file.ts';
import { packBytes, packMaps, type PackedMaps } from './pack.ts';
import { type ImageData, type RunData, similarities, type Similarity, type Value } from './page/data.ts';

/** The files of one trained run. */
export interface RunFiles {
  readonly images: PlacedFile;
  readonly history: PlacedFile;
  /** At early stopping. */
  readonly reference: PlacedFile;
  /** Per checkpoint. */
  readonly maps: readonly PlacedFile[];
  readonly scores: readonly PlacedFile[];
  /** Of all seeds. */
  readonly floor: PlacedFile;
}

export interface PackedRun {
  readonly run: RunData;
  readonly blocks: PackedMaps['blocks'];
}

interface Place {
  readonly epoch: number;
  readonly maps: MapsTable;
  /** Null at early stopping, where nothing is scored: a map is like itself. */
  readonly scores: ArrowTable | null;
}

/** Reads a run and packs its maps: all that the page shows of it. */
export async function packRun(files: RunFiles, point: Point): Promise<PackedRun> {
  const history = await readArrow(files.history.path);
  const epochs = history.numbers('epoch') as number[];
  const stop = epochs[history.booleans('early_stopping').indexOf(true)] ?? epochs.at(-1)!;
  const reference = await readArrow(files.reference.path);
  const places = await readPlaces(files, readMaps(reference), stop);
  const { images } = readSelection(await readArrow(files.images.path));
  const { blocks, ...packed } = packMaps(
    places.map(({ maps }) => maps),
    places.find(({ epoch }) => epoch === stop)!.maps,
  );
  const methods = packed.methods.map(({ name }) => name);
  const floor = await readArrow(files.floor.path);
  const { dataset, model, ...rest } = point;
  const { variant, seed } = placeOf(rest);
  const { height, width, channels } = images.set;
  const run: RunData = {
    ...{ point, seed, variant },
    setting: [dataset, model].filter((name) => name !== undefined).join(', '),
    classes: images.classes,
    trained: Math.max(...epochs),
    stop,
    epochs: places.map(({ epoch }) => epoch),
    size: [height, width, channels],
    pixels: packBytes(images.set.images),
    images: imagesOf(images, places),
    scores: bySimilarity((name) => scoresOf(places, methods, name)),
    floors: bySimilarity((name) => floorsOf(floor, seed, images, methods, name)),
    ...packed,
    engine: engineOf(floor.metadata['toolchain'] ?? '{}'),
  };
  return { run, blocks };
}

/** As the floor's file names it, whose maps the engine of all others computed. */
function engineOf(toolchain: string): string {
  const { engine = '' } = JSON.parse(toolchain) as Record<string, string>;
  return engine;
}

function bySimilarity<T>(of: (name: Similarity) => T): Record<Similarity, T> {
  return Object.fromEntries(similarities.map((name) => [name, of(name)])) as Record<Similarity, T>;
}

/** The checkpoints in order; that of early stopping, where there is no other of its epoch, among them. */
async function readPlaces(files: RunFiles, reference: MapsTable, stop: number): Promise<Place[]> {
  const places: Place[] = [];
  for (const file of files.maps) {
    const epoch = epochOf(file);
    const scored = files.scores.find((scores) => epochOf(scores) === epoch);
    const scores = scored ? await readArrow(scored.path) : null;
    places.push({ epoch, maps: readMaps(await readArrow(file.path)), scores });
  }
  if (!places.some(({ epoch }) => epoch === stop))
    places.push({ epoch: stop, maps: reference, scores: null });
  return places.sort((a, b) => a.epoch - b.epoch);
}

function epochOf({ path, point }: PlacedFile): number {
  const { epoch } = placeOf(point);
  if (epoch === null) throw new Error(`${path}: a checkpoint without an epoch`);
  return epoch;
}

function imagesOf({ set }: LabelledImages, places: readonly Place[]): ImageData[] {
  const { group, rank } = places[0]!.maps;
  return Array.from(set.index, (index, image) => ({
    index,
    label: set.labels[image]!,
    drawn: set.drawn[image]!,
    group: group[image]!,
    rank: rank[image]!,
    predicted: places.map(({ maps }) => maps.predicted[image]!),
    probability: places.map(({ maps }) => short(maps.probability[image]!)),
    entropy: places.map(({ maps }) => short(maps.entropy[image]!)),
  }));
}

function scoresOf(places: readonly Place[], methods: readonly string[], name: Similarity): Value[][][] {
  const { rows } = places[0]!.maps;
  const columns = places.map(
    ({ scores, maps }) => scores && { rows: rowsOf(scores, maps), values: scores.numbers(name) },
  );
  return Array.from({ length: rows }, (_, image) =>
    methods.map((method) =>
      columns.map((column) => {
        if (column === null) return 1;
        const row = column.rows.get(`${method} ${image}`);
        return row === undefined ? null : shortOrNull(column.values[row]);
      }),
    ),
  );
}

/** Method and place of the image → row of a table of scores, which has an image after the other for each method. */
function rowsOf(scores: ArrowTable, { rows }: MapsTable): ReadonlyMap<string, number> {
  return new Map(scores.strings('method').map((method, row) => [`${method} ${row % rows}`, row]));
}

/** The mean over other seeds of how alike their early-stopping maps are to this seed's, image by image. */
function floorsOf(
  floor: ArrowTable,
  seed: number,
  { set }: LabelledImages,
  methods: readonly string[],
  name: Similarity,
): Value[][] {
  const sums = new Map<string, { sum: number; count: number }>();
  const [seeds, indices, names] = [floor.numbers('seed'), floor.numbers('index'), floor.strings('method')];
  floor.numbers(name).forEach((value, row) => {
    if (value === null || seeds[row] !== seed) return;
    const key = `${names[row]} ${indices[row]}`;
    const found = sums.get(key) ?? { sum: 0, count: 0 };
    sums.set(key, { sum: found.sum + value, count: found.count + 1 });
  });
  return Array.from(set.index, (index) =>
    methods.map((method) => {
      const found = sums.get(`${method} ${index}`);
      return found ? short(found.sum / found.count) : null;
    }),
  );
}

/** As many digits as anybody reads, and a half of what all would take. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}

function shortOrNull(value: Value | undefined): Value {
  return value === null || value === undefined ? null : short(value);
}

import type { Columns } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { HeatMap } from '../similarity/heat-map.ts';
import { reduceChannels } from '../similarity/reduce.ts';
import { clipOf } from './sheet/clip.ts';
import { resizeNearest } from './sheet/resize-nearest.ts';
import { placeOn } from './curve/epoch-axis.ts';
import type { HorizontalAxis } from './curve/curve-grid.ts';
import { groupLabel, methodLabel } from './data/labels.ts';
import { heatMapRaster, imageRaster, overlayRaster } from './page/raster.ts';
import type { Raster } from './page/raster.ts';
import type { ColourMap } from './sheet/colour-map.ts';
import type { SheetBlock, SheetColumn, SheetRow } from './sheet/sheet.ts';

/** The maps of one run at one checkpoint. */
export interface Checkpoint {
  readonly epoch: number;
  readonly isEarlyStopping: boolean;
  readonly maps: MapsTable;
}

/** One run's selected images and their maps; the early-stopping checkpoint comes first. */
export interface MapSeries {
  readonly images: LabelledImages;
  readonly checkpoints: readonly Checkpoint[];
}

/** One cell of a sheet. */
export interface SheetCell {
  readonly row: number;
  readonly method: MethodName;
  readonly checkpoint: Checkpoint;
  readonly map: HeatMap;
  readonly clip: number;
}

/** The early-stopping checkpoint, and at most `room - 1` others: all, or those spread evenly over the axis. */
export function pickCheckpoints(
  checkpoints: readonly Checkpoint[],
  room: number,
  axis: HorizontalAxis,
): Checkpoint[] {
  const stops = checkpoints.filter(({ isEarlyStopping }) => isEarlyStopping);
  const others = checkpoints.filter(({ isEarlyStopping }) => !isEarlyStopping);
  const places = room - stops.length;
  if (others.length <= places) return [...stops, ...others];
  const away = ({ epoch }: Checkpoint, share: number): number => Math.abs(placeOn(axis, epoch) - share);
  const spread = Array.from({ length: places }, (_, at) => {
    const share = places > 1 ? at / (places - 1) : 1;
    return others.reduce((a, b) => (away(b, share) < away(a, share) ? b : a));
  });
  return [...stops, ...new Set(spread)];
}

/** A method whose maps never are negative has no use for a colour map with two ends. */
function colourMapOf({ checkpoints }: MapSeries, method: MethodName): ColourMap {
  const signed = checkpoints.some(({ maps }) => maps.map(method).values.some((value) => value < 0));
  return signed ? 'diverging' : 'sequential';
}

export function methodColours(series: MapSeries): Map<MethodName, ColourMap> {
  const methods = series.checkpoints[0]?.maps.methods ?? [];
  return new Map(methods.map((method) => [method, colourMapOf(series, method)]));
}

function heatMapOf(maps: MapsTable, method: MethodName, row: number): HeatMap {
  const { shape, values } = maps.map(method);
  const [, height, width, channels] = shape as [number, number, number, number];
  const size = height * width * channels;
  const own = values.subarray(row * size, (row + 1) * size);
  return reduceChannels(own, [height, width, channels], 'max-abs', true);
}

/** What a sheet of one image shows, method by method and checkpoint by checkpoint. */
export function sheetCells(
  row: number,
  methods: readonly MethodName[],
  checkpoints: readonly Checkpoint[],
): SheetCell[][] {
  return methods.map((method) =>
    checkpoints.map((checkpoint) => {
      const map = heatMapOf(checkpoint.maps, method, row);
      return { row, method, checkpoint, map, clip: clipOf(map) };
    }),
  );
}

function columnOf(
  { epoch, isEarlyStopping, maps }: Checkpoint,
  row: number,
  { classes, set }: LabelledImages,
): SheetColumn {
  const predicted = maps.predicted[row]!;
  return {
    epoch,
    isEarlyStopping,
    predicted: classes[predicted] ?? String(predicted),
    isCorrect: predicted === set.drawn[row],
    probability: maps.probability[row]!,
  };
}

/** Which maps are shown over their image too: those without signs, which take the least reading, or all. */
export type Overlays = 'unsigned' | 'all';

/** A row of maps, and under it, where asked for, the same maps over the image. */
function rowsOf(
  cells: readonly SheetCell[],
  image: Raster,
  colours: ColourMap,
  overlays: Overlays,
): SheetRow[] {
  const label = methodLabel(cells[0]!.method);
  const maps = { label, cells: cells.map(({ map, clip }) => heatMapRaster(map, colours, clip)) };
  if (overlays === 'unsigned' && colours === 'diverging') return [maps];
  const over = cells.map(({ map, clip }) => overlayRaster(image, map, colours, clip));
  return [maps, { label: 'over the image', cells: over }];
}

export function sheetBlock(
  series: MapSeries,
  cells: readonly (readonly SheetCell[])[],
  colours: ReadonlyMap<MethodName, ColourMap>,
  overlays: Overlays,
): SheetBlock {
  const { set, classes } = series.images;
  const { row, checkpoint: first } = cells[0]![0]!;
  const { height, width, channels } = set;
  const size = height * width * channels;
  const image = imageRaster(set.images.subarray(row * size, (row + 1) * size), [height, width, channels]);
  const columns = cells[0]!.map(({ checkpoint }) => columnOf(checkpoint, row, series.images));
  const { maps } = first;
  const stop = columns[0]!;
  const shows = set.drawn[row]!;
  const noise = shows === maps.label[row] ? '' : `, by label noise: it shows ${classes[shows] ?? shows}`;
  return {
    title: `${groupLabel(maps.group[row]!)} (${maps.class[row]!}, rank ${maps.rank[row]!})`,
    subtitle: `Image ${maps.index[row]!}; label: ${maps.class[row]!}${noise}; at early stopping taken for: ${stop.predicted}, p of the label ${stop.probability.toFixed(3)}.`,
    image,
    columns,
    rows: cells.flatMap((line) => rowsOf(line, image, colours.get(line[0]!.method)!, overlays)),
  };
}

/** The cells as a table; with `maps`, what they show too, at the image's size. */
export function cellTable(
  cells: readonly SheetCell[],
  size: { readonly height: number; readonly width: number } | null,
): Columns {
  const of = <T>(value: (cell: SheetCell) => T): T[] => cells.map(value);
  const text = (value: (cell: SheetCell) => string) => ({ type: 'utf8' as const, values: of(value) });
  const int = (value: (cell: SheetCell) => number) => ({ type: 'int32' as const, values: of(value) });
  const float = (value: (cell: SheetCell) => number) => ({ type: 'float64' as const, values: of(value) });
  const shown = size && {
    type: 'tensor' as const,
    shape: [size.height, size.width],
    dimensions: ['height', 'width'],
    values: joinMaps(cells, size),
  };
  return {
    index: int(({ row, checkpoint }) => checkpoint.maps.index[row]!),
    class: text(({ row, checkpoint }) => checkpoint.maps.class[row]!),
    group: text(({ row, checkpoint }) => checkpoint.maps.group[row]!),
    rank: int(({ row, checkpoint }) => checkpoint.maps.rank[row]!),
    method: text(({ method }) => method),
    epoch: int(({ checkpoint }) => checkpoint.epoch),
    early_stopping: { type: 'bool', values: of(({ checkpoint }) => checkpoint.isEarlyStopping) },
    predicted: int(({ row, checkpoint }) => checkpoint.maps.predicted[row]!),
    probability: float(({ row, checkpoint }) => checkpoint.maps.probability[row]!),
    clip: float(({ clip }) => clip),
    ...(shown && { map: shown }),
  };
}

/** The maps of all cells, enlarged to one size, one after another. */
function joinMaps(
  cells: readonly SheetCell[],
  size: { readonly height: number; readonly width: number },
): Float32Array {
  const joined = new Float32Array(cells.length * size.height * size.width);
  cells.forEach(({ map }, at) => {
    joined.set(resizeNearest(map, size).values, at * size.height * size.width);
  });
  return joined;
}

import type { Column, Columns, PlainColumn } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';
import { type HeatMap, isConstant } from '../similarity/heat-map.ts';
import { averageCells } from '../similarity/average-cells.ts';
import { compareMaps, type Similarities, similarityNames } from '../similarity/measures.ts';
import { type Point, pointColumns } from './axes.ts';
import { compareWithMask, coveredShare, type GroundTruth } from './ground-truth.ts';
import { heatMaps } from './heat-maps.ts';
import { dependsOnImage } from './image-dependence.ts';
import type { ScoreParams } from './parameters.ts';

/** One method's scores: a record batch of the scores file. */
export interface MethodScores {
  readonly method: MethodName;
  /** Images whose similarity is undefined because a map is constant. */
  readonly constant: number;
  /** One row per image. */
  readonly columns: Columns;
}

/**
 * Scores of maps against reference maps of the same images, method by method; of the methods that both have.
 * The similarities are null where either map is constant (`constant` says so), the ground-truth scores where
 * no mask is known.
 */
export function scoreMaps(
  maps: MapsTable,
  reference: MapsTable,
  params: ScoreParams,
  point: Point,
): readonly MethodScores[] {
  requireSameImages(maps, reference);
  const both = maps.methods.filter((method) => reference.methods.includes(method));
  const size = commonSize(maps, both);
  return both.map((method) => scoreMethod(method, maps, reference, { ...params, size }, point));
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** At which maps of all methods can be compared: that of the smallest. */
function commonSize(maps: MapsTable, methods: readonly MethodName[]): Size {
  const shapes = methods.map((method) => maps.map(method).shape);
  const least = (axis: number): number => Math.min(...shapes.map((shape) => shape[axis]!));
  return { height: least(1), width: least(2) };
}

function scoreMethod(
  method: MethodName,
  maps: MapsTable,
  reference: MapsTable,
  params: ScoreParams & { readonly size: Size },
  point: Point,
): MethodScores {
  const here = heatMaps(maps, method, params);
  const there = heatMaps(reference, method, params);
  const constant = here.map((map, row) => isConstant(map) || isConstant(there[row]!));
  const columns: Columns = {
    ...imageColumns(maps),
    method: { type: 'utf8', values: here.map(() => method) },
    ...pointColumns(point, maps.rows),
    predicted: { type: 'int32', values: maps.predicted },
    probability: { type: 'float64', values: maps.probability },
    entropy: { type: 'float64', values: maps.entropy },
    constant: { type: 'bool', values: constant },
    ...similarityColumns(here, there, params.size),
    depends_on_image: { type: 'bool', values: repeated(dependsOnImage(reference, method), maps.rows) },
    ...groundTruthColumns(here, maps),
  };
  return { method, constant: constant.filter(Boolean).length, columns };
}

function imageColumns({ index, label, class: names, group, rank }: MapsTable): Columns {
  return {
    index: { type: 'int32', values: index },
    label: { type: 'int32', values: label },
    class: { type: 'utf8', values: names },
    group: { type: 'utf8', values: group },
    rank: { type: 'int32', values: rank },
  };
}

/** At the maps' own size, and at the one that all methods can be compared at. */
function similarityColumns(here: readonly HeatMap[], there: readonly HeatMap[], size: Size): Columns {
  const { height, width } = here[0] ?? size;
  const own = here.map((map, row) => compareMaps(map, there[row]!));
  const smaller = (map: HeatMap): HeatMap => averageCells(map, size.height, size.width);
  const isCommon = height <= size.height && width <= size.width;
  const common = isCommon ? own : here.map((map, row) => compareMaps(smaller(map), smaller(there[row]!)));
  const sizes = {
    map_height: height,
    map_width: width,
    common_height: size.height,
    common_width: size.width,
  };
  return {
    ...measureColumns(own, ''),
    ...measureColumns(common, '_common'),
    ...Object.fromEntries(
      Object.entries(sizes).map(([name, side]): [string, PlainColumn] => [
        name,
        { type: 'int32', values: repeated(side, here.length) },
      ]),
    ),
  };
}

function measureColumns(found: readonly Similarities[], suffix: string): Columns {
  return Object.fromEntries(
    similarityNames.map((name): [string, PlainColumn] => [
      `${name}${suffix}`,
      { type: 'float64', values: found.map((similarities) => similarities[name]) },
    ]),
  );
}

function repeated<T>(value: T, count: number): T[] {
  return new Array<T>(count).fill(value);
}

function groundTruthColumns(here: readonly HeatMap[], { mask }: MapsTable): Columns {
  const [, height = 0, width = 0] = mask?.shape ?? [];
  const maskOf = (row: number): Uint8Array | null =>
    mask && mask.values.subarray(row * height * width, (row + 1) * height * width);
  const truths = here.map((map, row): GroundTruth | null => {
    const object = maskOf(row);
    return object && compareWithMask(map, object, height, width);
  });
  const covered = here.map((_, row) => {
    const object = maskOf(row);
    return object && coveredShare(object);
  });
  return {
    mass_inside: { type: 'float64', values: truths.map((truth) => truth?.mass_inside ?? null) },
    pointing_game: { type: 'bool', values: truths.map((truth) => truth?.pointing_game ?? null) },
    covered: { type: 'float64', values: covered },
  };
}

function requireSameImages(maps: MapsTable, reference: MapsTable): void {
  const same =
    maps.rows === reference.rows && maps.index.every((index, row) => index === reference.index[row]);
  if (!same)
    throw new Error(
      'the maps and their reference are of different images; they need one selection of images',
    );
}

/** The same columns of a table that has no rows. */
export function withoutRows(columns: Columns): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, { ...column, values: [] } as Column]),
  );
}

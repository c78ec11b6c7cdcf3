import type { Columns, PlainColumn } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';
import { type HeatMap, isConstant } from '../similarity/heat-map.ts';
import { compareMaps, similarityNames } from '../similarity/measures.ts';
import { type Point, pointColumns } from './axes.ts';
import { compareWithMask, coveredShare, type GroundTruth } from './ground-truth.ts';
import { heatMaps } from './heat-maps.ts';
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
  return both.map((method) => scoreMethod(method, maps, reference, params, point));
}

function scoreMethod(
  method: MethodName,
  maps: MapsTable,
  reference: MapsTable,
  params: ScoreParams,
  point: Point,
): MethodScores {
  const here = heatMaps(maps, method, params);
  const there = heatMaps(reference, method, params);
  const similarities = here.map((map, row) => compareMaps(map, there[row]!));
  const constant = here.map((map, row) => isConstant(map) || isConstant(there[row]!));
  const columns: Columns = {
    index: { type: 'int32', values: maps.index },
    label: { type: 'int32', values: maps.label },
    class: { type: 'utf8', values: maps.class },
    group: { type: 'utf8', values: maps.group },
    rank: { type: 'int32', values: maps.rank },
    method: { type: 'utf8', values: here.map(() => method) },
    ...pointColumns(point, maps.rows),
    predicted: { type: 'int32', values: maps.predicted },
    probability: { type: 'float64', values: maps.probability },
    entropy: { type: 'float64', values: maps.entropy },
    constant: { type: 'bool', values: constant },
    ...Object.fromEntries(
      similarityNames.map((name): [string, PlainColumn] => [
        name,
        { type: 'float64', values: similarities.map((found) => found[name]) },
      ]),
    ),
    ...groundTruthColumns(here, maps),
  };
  return { method, constant: constant.filter(Boolean).length, columns };
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

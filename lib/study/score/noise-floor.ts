import type { Column, Columns } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { Point } from './axes.ts';
import type { ScoreParams } from './parameters.ts';
import { scoreMaps } from './score.ts';

/** One seed's early-stopping maps of the images picked for it, and how to explain them by another's model. */
export interface SeedMaps {
  readonly seed: number;
  readonly reference: MapsTable;
  /** The same images, explained by the early-stopping model of another seed. */
  readonly explainedBy: (other: number) => Promise<MapsTable>;
}

/**
 * The noise floor: how much early-stopping maps of the same images differ when nothing but the random
 * initialisation and order of training do (Woerl et al. 2023). Each seed's images are explained by every
 * other seed's model and scored against its own, so that each pair counts both ways. Drift above this
 * similarity is less than what another seed would do. Rows are as in the scores, with `other` for the seed
 * compared with; with one seed there are none.
 */
export async function* noiseFloor(
  seeds: readonly SeedMaps[],
  params: ScoreParams,
  point: Point,
): AsyncGenerator<Columns> {
  const [only] = seeds;
  if (only && seeds.length === 1) {
    const place = { ...point, seed: only.seed, other: only.seed };
    const [scores] = scoreMaps(only.reference, only.reference, params, place);
    if (scores) yield withoutRows(scores.columns);
  }
  for (const { seed, reference, explainedBy } of seeds)
    for (const { seed: other } of seeds) {
      if (other === seed) continue;
      const maps = await explainedBy(other);
      for (const { columns } of scoreMaps(maps, reference, params, { ...point, seed, other })) yield columns;
    }
}

function withoutRows(columns: Columns): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, { ...column, values: [] } as Column]),
  );
}

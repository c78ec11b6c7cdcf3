import { z } from 'zod';
import type { Columns } from 'pipewright/arrow';
import type { TensorMap } from '../../compute/program.ts';
import type { MapsTable } from '../attribution/maps-file.ts';
import { randomisedNets } from '../attribution/randomise.ts';
import type { WeightSpec } from '../model/model.ts';
import type { Point } from './axes.ts';
import type { ScoreParams } from './parameters.ts';
import { scoreMaps } from './score.ts';

/** `sanity` in `pipeline.yaml`. */
export const sanityParams = z.strictObject({
  /** Images of each class and group. */
  images: z.int().positive().default(1),
  /** Training runs of each variant: the first seeds. */
  runs: z.int().positive().default(1),
  /** Of the untrained weights. Not a seed of the training runs, or a part would go back to its own beginning. */
  seed: z.int().min(0).default(4_000_000_000),
});

/**
 * Scores of a net's maps against the maps of the same net with parts of it untrained. Rows are as in the
 * scores, with `randomisation`, `part` and `depth`.
 */
export async function* sanityScores(
  specs: readonly WeightSpec[],
  weights: TensorMap,
  explain: (weights: TensorMap) => Promise<MapsTable>,
  params: ScoreParams & { readonly seed: number },
  point: Point,
): AsyncGenerator<Columns> {
  const own = await explain(weights);
  for (const { weights: changed, ...place } of randomisedNets(specs, weights, params.seed)) {
    const maps = await explain(changed);
    for (const { columns } of scoreMaps(maps, own, params, { ...point, ...place })) yield columns;
  }
}

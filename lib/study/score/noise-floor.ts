import type { Columns } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { Point } from './axes.ts';
import type { ScoreParams } from './parameters.ts';
import { scoreMaps, withoutRows } from './score.ts';

/** Maps of one net at early stopping, and at the last checkpoint. */
export interface StopAndLate {
  readonly stop: MapsTable;
  readonly late: MapsTable;
}

/** One seed's maps of the images picked for it, and how to explain these by another's models. */
export interface SeedMaps extends StopAndLate {
  readonly seed: number;
  readonly explainedBy: (other: number) => Promise<StopAndLate>;
}

/** Scores of one pair of seeds. */
export interface FloorScores {
  /** Early stopping against early stopping. */
  readonly floor: readonly Columns[];
  /** Last checkpoint against last checkpoint. */
  readonly late: readonly Columns[];
  /** The other net's last checkpoint against its own early stopping, of images that this seed's net picked. */
  readonly crossed: readonly Columns[];
}

/**
 * The noise floor: how much maps of the same images differ when nothing but the random initialisation and
 * order of training do (Woerl et al. 2023), at early stopping and at the last checkpoint (`epoch`). Each seed's
 * images are explained by every other seed's models and scored against its own, so that each pair counts both
 * ways. Rows are as in the scores, with `other` for the seed compared with; with one seed there are none.
 */
export async function* noiseFloor(
  seeds: readonly SeedMaps[],
  params: ScoreParams,
  point: Point,
  epoch: number,
): AsyncGenerator<FloorScores> {
  const [only] = seeds;
  if (only && seeds.length === 1) {
    const place = { ...point, seed: only.seed, other: only.seed };
    const [scores] = scoreMaps(only.stop, only.stop, params, place);
    const [late] = scoreMaps(only.stop, only.stop, params, { ...place, epoch });
    if (scores && late) {
      const none = withoutRows(late.columns);
      yield { floor: [withoutRows(scores.columns)], late: [none], crossed: [none] };
    }
  }
  for (const { seed, stop, late, explainedBy } of seeds)
    for (const { seed: other } of seeds) {
      if (other === seed) continue;
      const maps = await explainedBy(other);
      const scored = (of: MapsTable, to: MapsTable, more: Point): readonly Columns[] =>
        scoreMaps(of, to, params, { ...point, seed, other, ...more }).map(({ columns }) => columns);
      yield {
        floor: scored(maps.stop, stop, {}),
        late: scored(maps.late, late, { epoch }),
        crossed: scored(maps.late, maps.stop, { epoch }),
      };
    }
}

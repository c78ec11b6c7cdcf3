import type { Columns } from 'pipewright/arrow';
import type { Engine, TensorMap } from '../../compute/program.ts';
import type { MapsTable } from '../attribution/maps-file.ts';
import { compileSoftmax } from '../attribution/predict.ts';
import type { Model } from '../model/model.ts';
import { draws } from '../random.ts';
import { firstOfEachClass, type SelectedImages } from '../selection/file.ts';
import type { HeatMap } from '../similarity/heat-map.ts';
import { BatchAssembler } from '../train/batch.ts';
import { type Point, pointColumns } from './axes.ts';
import { alteredPictures, areaUnder, type DeletionParams, type Picture, picturesOf } from './deletion.ts';
import { heatMaps } from './heat-maps.ts';
import type { ScoreParams } from './parameters.ts';

/** What is asked of a deletion and an insertion curve. */
interface Areas {
  readonly deletion: number;
  readonly insertion: number;
}

/**
 * Areas under the curves of p_c as a map's greatest pixels are taken away (`deletion`: the lower, the better
 * the map names what the network needs) or are all that is shown (`insertion`: the higher, the better). Both
 * follow p_c itself, so beside them stands the mean over random orders of the pixels (`…_random`). Of the first
 * `images` of each class and group; one batch of columns per method, one row per image.
 */
export async function* scoreDeletion(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  selected: SelectedImages,
  maps: MapsTable,
  params: ScoreParams & DeletionParams,
  point: Point,
  /** Altered pictures that pass through the net at once, which changes nothing. */
  together: number,
): AsyncGenerator<Columns> {
  const { height, width, channels, labels } = selected.images.set;
  const assembler = new BatchAssembler(selected.images, 1);
  const shape = [together, height, width, channels];
  const rows = firstOfEachClass(selected, params.images);
  const ofRows = <T>(values: readonly T[]): readonly T[] => rows.map((row) => values[row]!);
  const program = await compileSoftmax(engine, model, weights, shape);
  const areasOf = async (row: number, map: HeatMap): Promise<Areas> => {
    const { values } = assembler.assemble([row]);
    const picture: Picture = { height, width, channels, values: values as Float32Array };
    const curves: number[] = [];
    for (const values of alteredPictures(picture, map, params.steps, together)) {
      const { probabilities } = await program.run({ x: { dtype: 'float32', shape, values } });
      curves.push(...column(probabilities!.values, model.classes, labels[row]!));
    }
    return {
      deletion: areaUnder(curves.slice(0, params.steps + 1)),
      insertion: areaUnder(curves.slice(params.steps + 1, picturesOf(params))),
    };
  };
  const ofEach = async (mapOf: (row: number) => HeatMap): Promise<Areas[]> => {
    const areas: Areas[] = [];
    for (const row of rows) areas.push(await areasOf(row, mapOf(row)));
    return areas;
  };
  try {
    const random: Areas[][] = [];
    for (let order = 0; order < params.orders; order++)
      random.push(await ofEach((row) => randomMap(height, width, maps.index[row]!, order)));
    for (const method of maps.methods) {
      const ofMethod = heatMaps(maps, method, params);
      const areas = await ofEach((row) => ofMethod[row]!);
      yield {
        index: { type: 'int32', values: ofRows(maps.index) },
        label: { type: 'int32', values: ofRows(maps.label) },
        class: { type: 'utf8', values: ofRows(maps.class) },
        group: { type: 'utf8', values: ofRows(maps.group) },
        rank: { type: 'int32', values: ofRows(maps.rank) },
        method: { type: 'utf8', values: rows.map(() => method) },
        ...pointColumns(point, rows.length),
        deletion: { type: 'float64', values: areas.map(({ deletion }) => deletion) },
        insertion: { type: 'float64', values: areas.map(({ insertion }) => insertion) },
        deletion_random: { type: 'float64', values: rows.map((_, i) => mean(random, i, 'deletion')) },
        insertion_random: { type: 'float64', values: rows.map((_, i) => mean(random, i, 'insertion')) },
      };
    }
  } finally {
    await program.dispose();
  }
}

/** A map that knows nothing: another order of the pixels for each image and `order`, the same at every checkpoint. */
function randomMap(height: number, width: number, index: number, order: number): HeatMap {
  const from = draws({ seed: order, purpose: 'deletion order', index });
  return { height, width, values: Float64Array.from({ length: height * width }, from.uniform) };
}

function mean(orders: readonly (readonly Areas[])[], image: number, of: keyof Areas): number {
  return orders.reduce((sum, areas) => sum + areas[image]![of], 0) / orders.length;
}

function column(values: ArrayLike<number>, columns: number, which: number): readonly number[] {
  return Array.from({ length: values.length / columns }, (_, row) => values[row * columns + which]!);
}

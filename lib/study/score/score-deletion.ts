import type { Columns } from 'pipewright/arrow';
import type { Engine, TensorMap } from '../../compute/program.ts';
import type { MapsTable } from '../attribution/maps-file.ts';
import { compileSoftmax } from '../attribution/predict.ts';
import type { Model } from '../model/model.ts';
import { firstOfEachGroup, type SelectedImages } from '../selection/file.ts';
import { BatchAssembler } from '../train/batch.ts';
import { type Point, pointColumns } from './axes.ts';
import { alteredPictures, areaUnder, type Picture } from './deletion.ts';
import { heatMaps } from './heat-maps.ts';
import type { ScoreParams } from './parameters.ts';

/**
 * Areas under the curves of p_c as a map's greatest pixels are taken away (`deletion`: the lower, the better
 * the map names what the network needs) or are all that is shown (`insertion`: the higher, the better). Of the
 * first `images` of each group; one batch of columns per method, one row per image.
 */
export async function* scoreDeletion(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  selected: SelectedImages,
  maps: MapsTable,
  params: ScoreParams & { readonly images: number; readonly steps: number },
  point: Point,
): AsyncGenerator<Columns> {
  const { height, width, channels, labels } = selected.images.set;
  const assembler = new BatchAssembler(selected.images, 1);
  const shape = [2 * (params.steps + 1), height, width, channels];
  const rows = firstOfEachGroup(selected, params.images);
  const ofRows = <T>(values: readonly T[]): readonly T[] => rows.map((row) => values[row]!);
  const program = await compileSoftmax(engine, model, weights, shape);
  try {
    for (const method of maps.methods) {
      const deletion: number[] = [];
      const insertion: number[] = [];
      const ofMethod = heatMaps(maps, method, params);
      for (const row of rows) {
        const map = ofMethod[row]!;
        const { values } = assembler.assemble([row]);
        const picture: Picture = { height, width, channels, values: values as Float32Array };
        const x = { dtype: 'float32', shape, values: alteredPictures(picture, map, params.steps) } as const;
        const { probabilities } = await program.run({ x });
        const curves = column(probabilities!.values, model.classes, labels[row]!);
        deletion.push(areaUnder(curves.slice(0, params.steps + 1)));
        insertion.push(areaUnder(curves.slice(params.steps + 1)));
      }
      yield {
        index: { type: 'int32', values: ofRows(maps.index) },
        label: { type: 'int32', values: ofRows(maps.label) },
        class: { type: 'utf8', values: ofRows(maps.class) },
        group: { type: 'utf8', values: ofRows(maps.group) },
        rank: { type: 'int32', values: ofRows(maps.rank) },
        method: { type: 'utf8', values: deletion.map(() => method) },
        ...pointColumns(point, rows.length),
        deletion: { type: 'float64', values: deletion },
        insertion: { type: 'float64', values: insertion },
      };
    }
  } finally {
    await program.dispose();
  }
}

function column(values: ArrayLike<number>, columns: number, which: number): readonly number[] {
  return Array.from({ length: values.length / columns }, (_, row) => values[row * columns + which]!);
}

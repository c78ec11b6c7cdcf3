import type { Columns } from '../../arrow/columns.ts';
import type { Engine, TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { Model } from '../model/model.ts';
import type { SelectedImages } from '../selection/file.ts';
import { BatchAssembler } from '../train/batch.ts';
import { explainImages } from './explain.ts';
import { mapColumns } from './maps-file.ts';
import { noiseFields } from './noise.ts';
import type { AttributeParams } from './parameters.ts';
import { mostProbable, predictProbabilities } from './predict.ts';

/** Maps of selected images at one checkpoint, as the record batches of a maps file. */
export async function* explainSelected(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  selected: SelectedImages,
  params: AttributeParams,
  /** Called with the number of images done. */
  progress: (done: number) => void = () => undefined,
): AsyncGenerator<Columns> {
  const { set } = selected.images;
  const rows = Array.from({ length: set.count }, (_, row) => row);
  const x = new BatchAssembler(selected.images, set.count).assemble(rows);
  const classes =
    params.class === 'label' ? set.labels : await predictedClasses(engine, model, weights, selected.images);
  const noise = noiseFields(params.smoothGrad.samples, [set.height, set.width, set.channels]);
  const { methods, target } = params;
  const options = { methods, target, parameters: params, noise };
  for await (const batch of explainImages(engine, model, weights, { x, classes }, options)) {
    yield mapColumns(batch, selected, classes);
    progress(batch.first + batch.count);
  }
}

async function predictedClasses(
  engine: Engine,
  model: Model,
  weights: TensorMap,
  images: LabelledImages,
): Promise<Int32Array> {
  const probabilities = await predictProbabilities(engine, model, weights, images);
  return Int32Array.from({ length: images.set.count }, (_, row) =>
    mostProbable(probabilities, row * model.classes, model.classes),
  );
}

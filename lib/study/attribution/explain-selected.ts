import type { Columns } from 'pipewright/arrow';
import type { Engine, TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import { type CountedTask, UNDECLARED, warnOfMemory } from '../memory.ts';
import { imagesTogether } from '../model/images-together.ts';
import type { ImageShape } from '../model/layers.ts';
import type { Model } from '../model/model.ts';
import type { SelectedImages } from '../selection/file.ts';
import { BatchAssembler } from '../train/batch.ts';
import { Explainer } from './explain.ts';
import { mapColumns } from './maps-file.ts';
import { noiseFields } from './noise.ts';
import type { AttributeParams } from './parameters.ts';
import { mostProbable, MOST_PREDICTED, predictProbabilities } from './predict.ts';

/** How many images pass through the net together where just its predictions are asked for, and what that takes. */
type Predicted = Awaited<ReturnType<typeof imagesTogether>>;

/** Maps of selected images at any checkpoint of one net. */
export class SelectionExplainer {
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #params: AttributeParams;
  readonly #explainer: Explainer;
  readonly #predicted: Predicted;

  private constructor(
    engine: Engine,
    model: Model,
    params: AttributeParams,
    explainer: Explainer,
    predicted: Predicted,
  ) {
    this.#engine = engine;
    this.#model = model;
    this.#params = params;
    this.#explainer = explainer;
    this.#predicted = predicted;
  }

  /** It takes no more memory than the task declares, about; where the fewest images need more, that is warned of. */
  static async compile(
    engine: Engine,
    model: Model,
    { height, width, channels }: ImageShape,
    params: AttributeParams,
    task: CountedTask,
  ): Promise<SelectionExplainer> {
    const shape = [height, width, channels] as const;
    const { methods, target, smoothGrad, layers } = params;
    const noise = noiseFields(smoothGrad.samples, shape);
    const options = { methods, target, layers, memory: task.memory ?? UNDECLARED, parameters: params, noise };
    const explainer = await Explainer.compile(engine, model, shape, options);
    const predicted = await imagesTogether(model, shape, MOST_PREDICTED, { memory: task.memory, besides: 0 });
    warnOfMemory(task, Math.max(explainer.memory, predicted.memory));
    return new SelectionExplainer(engine, model, params, explainer, predicted);
  }

  /** The record batches of a maps file. */
  async *explain(
    weights: TensorMap,
    selected: SelectedImages,
    /** Called with the number of images done. */
    progress: (done: number) => void = () => undefined,
  ): AsyncGenerator<Columns> {
    const { set } = selected.images;
    const rows = Array.from({ length: set.count }, (_, row) => row);
    const x = new BatchAssembler(selected.images, set.count).assemble(rows);
    const classes =
      this.#params.class === 'label' ? set.labels : await this.#predictions(weights, selected.images);
    for await (const batch of this.#explainer.explain(weights, { x, classes })) {
      yield mapColumns(batch, selected, classes);
      progress(batch.first + batch.count);
    }
  }

  async #predictions(weights: TensorMap, images: LabelledImages): Promise<Int32Array> {
    const { classes } = this.#model;
    const probabilities = await predictProbabilities(
      this.#engine,
      this.#model,
      weights,
      images,
      this.#predicted.images,
    );
    return Int32Array.from({ length: images.set.count }, (_, row) =>
      mostProbable(probabilities, row * classes, classes),
    );
  }
}

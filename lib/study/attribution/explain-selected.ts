import type { Columns } from 'pipewright/arrow';
import type { Engine, TensorMap } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { ImageShape } from '../model/layers.ts';
import type { Model } from '../model/model.ts';
import type { SelectedImages } from '../selection/file.ts';
import { BatchAssembler } from '../train/batch.ts';
import { Explainer } from './explain.ts';
import { UNDECLARED } from './memory.ts';
import { mapColumns } from './maps-file.ts';
import { noiseFields } from './noise.ts';
import type { AttributeParams } from './parameters.ts';
import { mostProbable, predictProbabilities } from './predict.ts';

/** Maps of selected images at any checkpoint of one net. */
export class SelectionExplainer {
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #params: AttributeParams;
  readonly #explainer: Explainer;

  private constructor(engine: Engine, model: Model, params: AttributeParams, explainer: Explainer) {
    this.#engine = engine;
    this.#model = model;
    this.#params = params;
    this.#explainer = explainer;
  }

  /** `memory`: bytes that all of it may take, about; null where nobody says. */
  static async compile(
    engine: Engine,
    model: Model,
    { height, width, channels }: ImageShape,
    params: AttributeParams,
    memory: number | null,
  ): Promise<SelectionExplainer> {
    const shape = [height, width, channels] as const;
    const { methods, target, smoothGrad, layers } = params;
    const noise = noiseFields(smoothGrad.samples, shape);
    const options = { methods, target, layers, memory: memory ?? UNDECLARED, parameters: params, noise };
    return new SelectionExplainer(
      engine,
      model,
      params,
      await Explainer.compile(engine, model, shape, options),
    );
  }

  /** Bytes that it takes, about: more than it may where the fewest images need more. */
  get memory(): number {
    return this.#explainer.memory;
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
      this.#params.class === 'label' ? set.labels : await this.#predicted(weights, selected.images);
    for await (const batch of this.#explainer.explain(weights, { x, classes })) {
      yield mapColumns(batch, selected, classes);
      progress(batch.first + batch.count);
    }
  }

  async #predicted(weights: TensorMap, images: LabelledImages): Promise<Int32Array> {
    const { classes } = this.#model;
    const probabilities = await predictProbabilities(this.#engine, this.#model, weights, images);
    return Int32Array.from({ length: images.set.count }, (_, row) =>
      mostProbable(probabilities, row * classes, classes),
    );
  }
}

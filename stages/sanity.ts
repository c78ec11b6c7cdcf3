import { z } from 'zod';
import { type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage, type InputFile } from 'pipewright/stage';
import type { TensorMap } from '../lib/compute/program.ts';
import { SelectionExplainer } from '../lib/study/attribution/explain-selected.ts';
import type { MapsTable } from '../lib/study/attribution/maps-file.ts';
import { collectMaps } from '../lib/study/attribution/maps-in-memory.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { netParts } from '../lib/study/attribution/randomise.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { sanityParams, sanityScores } from '../lib/study/score/sanity.ts';
import { firstOfEachClass, pickSelected, readSelection } from '../lib/study/selection/file.ts';
import { engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** How heat maps change when parts of the net are untrained, at early stopping and at the last checkpoint. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    attribute: attributeParams,
    score: scoreParams,
    sanity: sanityParams,
  }),
  axes: pointSchema,
  inputs: { references: 'many', models: 'many', images: 'many' },
  outputs: ['sanity'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, provenance, signal } = task;
    const { attribute, score, sanity } = params;
    const engine = await taskEngine(task);
    const runs = inputs.references.slice(0, sanity.runs);
    let nets = 0;
    let explainer: SelectionExplainer | null = null;

    async function* ofRun(reference: InputFile): AsyncGenerator<Columns> {
      const all = readSelection(await readArrow(ofSeed(inputs.images, reference).path));
      const selected = pickSelected(all, firstOfEachClass(all, sanity.images));
      const { set, classes } = selected.images;
      const { metadata } = await readArrow(reference.path);
      const model = createModel(params.model, set, classes.length, metadata);
      // The label's class throughout: an untrained net predicts another, whose map says nothing here.
      const ofNet = (explainer ??= await SelectionExplainer.compile(
        engine,
        model,
        set,
        { ...attribute, class: 'label' },
        task,
      ));
      // At two checkpoints, the net as it is, and each part in two ways.
      const total = runs.length * 2 * (1 + 2 * netParts(model.weights).length);
      const checkpoints = { 'early stopping': reference, last: ofSeed(inputs.models, reference) };
      for (const [checkpoint, { path }] of Object.entries(checkpoints)) {
        const weights = readWeights(await readArrow(path), model.weights);
        const explain = (changed: TensorMap): Promise<MapsTable> => {
          signal.throwIfAborted();
          task.progress(++nets, total, 'nets', checkpoint);
          return collectMaps(ofNet.explain(changed, selected));
        };
        const point = { ...axes, ...reference.point, checkpoint };
        yield* sanityScores(model.weights, weights, explain, { ...score, seed: sanity.seed }, point);
      }
    }
    async function* ofRuns(): AsyncGenerator<Columns> {
      for (const reference of runs) yield* ofRun(reference);
    }
    await writeArrow(outputs.sanity, ofRuns(), { metadata: provenance });
    await engine.dispose();
  },
});

/** The file of a reference's seed; of several checkpoints, the last. */
function ofSeed(files: readonly InputFile[], { point, name }: InputFile): InputFile {
  const file = files.findLast((candidate) => candidate.point.seed === point.seed);
  if (!file) throw new Error(`${name}: no other input has its seed, ${point.seed}`);
  return file;
}

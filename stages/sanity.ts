import { z } from 'zod';
import { readArrow } from '../lib/arrow/read.ts';
import { writeArrow } from '../lib/arrow/write.ts';
import { createEngine } from '../lib/compute/engine.ts';
import { defineStage } from '../lib/stage/define.ts';
import { explainSelected } from '../lib/study/attribution/explain-selected.ts';
import { collectMaps } from '../lib/study/attribution/maps-in-memory.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { netParts } from '../lib/study/attribution/randomise.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { sanityParams, sanityScores } from '../lib/study/score/sanity.ts';
import { firstRanks, readSelection } from '../lib/study/selection/file.ts';
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
  inputs: { reference: 'one', models: 'many', images: 'one' },
  outputs: ['sanity'],
  toolchain: async ({ engine }) => (await createEngine({ ...engine, threads: 1 })).toolchain,
  async run(task) {
    const { params, axes, inputs, outputs, provenance, threads, signal } = task;
    const { attribute, score, sanity } = params;
    const selected = firstRanks(readSelection(await readArrow(inputs.images.path)), sanity.images);
    const { set, classes } = selected.images;
    const model = createModel(params.model, set, classes.length);
    const engine = await createEngine({ ...params.engine, threads });
    const last = inputs.models.at(-1);
    if (!last) throw new Error('the stage needs at least one checkpoint');

    // At two checkpoints, the net as it is, and each part in two ways.
    const total = 2 * (1 + 2 * netParts(model.weights).length);
    let nets = 0;
    async function* atCheckpoint(path: string, checkpoint: string) {
      const weights = readWeights(await readArrow(path), model.weights);
      // The label's class throughout: an untrained net predicts another, whose map says nothing here.
      const explain: Parameters<typeof sanityScores>[2] = (changed) => {
        signal.throwIfAborted();
        task.progress(++nets, total, 'nets', checkpoint);
        return collectMaps(
          explainSelected(engine, model, changed, selected, { ...attribute, class: 'label' }),
        );
      };
      const point = { ...axes, checkpoint };
      yield* sanityScores(model.weights, weights, explain, { ...score, seed: sanity.seed }, point);
    }
    async function* bothCheckpoints() {
      yield* atCheckpoint(inputs.reference.path, 'early stopping');
      yield* atCheckpoint(last!.path, 'last');
    }
    await writeArrow(outputs.sanity, bothCheckpoints(), { metadata: provenance });
    await engine.dispose();
  },
});

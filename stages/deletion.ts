import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage } from 'pipewright/stage';
import { readMaps } from '../lib/study/attribution/maps-file.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { imagesInTask } from '../lib/study/model/images-together.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { deletionParams, picturesOf } from '../lib/study/score/deletion.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { scoreDeletion } from '../lib/study/score/score-deletion.ts';
import { readSelection } from '../lib/study/selection/file.ts';
import { engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** What becomes of p_c as the pixels that a heat map names are taken away, or alone are shown. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    score: scoreParams,
    deletion: deletionParams,
  }),
  axes: pointSchema,
  inputs: { model: 'one', images: 'one', maps: 'one' },
  outputs: ['areas'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, provenance } = task;
    const selected = readSelection(await readArrow(inputs.images.path));
    const { set, classes } = selected.images;
    const table = await readArrow(inputs.model.path);
    const model = createModel(params.model, set, classes.length, table.metadata);
    const weights = readWeights(table, model.weights);
    const maps = readMaps(await readArrow(inputs.maps.path));
    const engine = await taskEngine(task);
    const options = { ...params.score, ...params.deletion };
    const files = [inputs.images, inputs.maps];
    const together = await imagesInTask(task, files, model, set, picturesOf(options));
    const areas = scoreDeletion(engine, model, weights, selected, maps, options, axes, together);
    await writeArrow(outputs.areas, areas, { metadata: provenance });
    await engine.dispose();
  },
});

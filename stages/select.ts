import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage } from 'pipewright/stage';
import { MOST_PREDICTED, predictProbabilities } from '../lib/study/attribution/predict.ts';
import { imageMetadata, readImages } from '../lib/study/dataset/file.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { imagesInTask } from '../lib/study/model/images-together.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { selectionColumns } from '../lib/study/selection/file.ts';
import { byProbabilities } from '../lib/study/selection/lists.ts';
import { selectParams } from '../lib/study/selection/parameters.ts';
import { selectImages } from '../lib/study/selection/select.ts';
import { engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** Picks the test images to explain, by what the early-stopping model says of them. */
export default defineStage({
  params: z.strictObject({ engine: engineParams, model: modelParams, select: selectParams }),
  axes: z.looseObject({}),
  inputs: { model: 'one', test: 'one' },
  outputs: ['images'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, inputs, outputs, provenance } = task;
    const test = await readImages(inputs.test.path);
    const table = await readArrow(inputs.model.path);
    const model = createModel(params.model, test.set, test.classes.length, table.metadata);
    const weights = readWeights(table, model.weights);
    const engine = await taskEngine(task);
    const together = await imagesInTask(task, [inputs.test], model, test.set, MOST_PREDICTED);
    const probabilities = await predictProbabilities(engine, model, weights, test, together);
    await engine.dispose();

    const { labels, drawn, index } = test.set;
    const rating = byProbabilities(probabilities, labels, test.classes.length);
    const { images, warnings } = selectImages(
      { rating, labels, drawn, index, classes: test.classes },
      params.select,
    );
    for (const warning of warnings) task.warn(warning);
    if (images.length === 0)
      throw new Error('no test image was picked; raise select.clear or select.borderline, or dataset.test');
    task.log(`picked ${images.length} of ${test.set.count} test images`);
    await writeArrow(outputs.images, selectionColumns(test, images), {
      metadata: { ...provenance, ...imageMetadata(test) },
    });
  },
});

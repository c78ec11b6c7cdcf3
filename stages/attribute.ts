import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { BadInput, defineStage } from 'pipewright/stage';
import { ImportError } from '../lib/compute/import/graph.ts';
import { SelectionExplainer } from '../lib/study/attribution/explain-selected.ts';
import { ruledMethods } from '../lib/study/attribution/methods.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { MethodRefusal } from '../lib/study/attribution/refusal.ts';
import { imageMetadata } from '../lib/study/dataset/file.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { readSelection } from '../lib/study/selection/file.ts';
import { engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** Heat maps of the selected images at one checkpoint. */
export default defineStage({
  params: z.strictObject({ engine: engineParams, model: modelParams, attribute: attributeParams }),
  axes: z.looseObject({}),
  inputs: { model: 'one', images: 'one' },
  outputs: ['maps'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, inputs, outputs, provenance, signal } = task;
    const selected = readSelection(await readArrow(inputs.images.path));
    const { set, classes } = selected.images;
    const table = await readArrow(inputs.model.path);
    const model = createModel(params.model, set, classes.length, table.metadata);
    const weights = readWeights(table, model.weights);
    const ruled = params.attribute.methods.filter((name) => ruledMethods.includes(name));
    if (model.hasRelu === false && ruled.length > 0)
      task.warn(`the net has no ReLU for ${ruled.join(', ')} to rule: what they give is saliency`);
    const engine = await taskEngine(task);

    try {
      const { attribute } = params;
      const explainer = await SelectionExplainer.compile(engine, model, set, attribute, task);
      const batches = explainer.explain(weights, selected, (done) => {
        signal.throwIfAborted();
        task.progress(done, set.count, 'images');
      });
      const metadata = { ...provenance, ...imageMetadata(selected.images) };
      await writeArrow(outputs.maps, batches, { metadata });
    } catch (error) {
      const mistaken = error instanceof MethodRefusal || error instanceof ImportError;
      throw mistaken ? new BadInput(error.message, { cause: error }) : error;
    } finally {
      await engine.dispose();
    }
  },
});

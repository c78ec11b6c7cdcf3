import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeArrow } from 'pipewright/arrow';
import { BadInput, defineStage, type InputFile } from 'pipewright/stage';
import { ImportError } from '../lib/compute/import/graph.ts';
import { readImages } from '../lib/study/dataset/file.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { imagesInTask } from '../lib/study/model/images-together.ts';
import { type NamedBytes, readCheckpoint, readGraph } from '../lib/study/model/imported/checkpoint.ts';
import { readHistoryTable } from '../lib/study/model/imported/history.ts';
import { netMetadata } from '../lib/study/model/net-metadata.ts';
import { weightColumns } from '../lib/study/model/weights-file.ts';
import { engineMetadata, engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { keptColumns } from '../lib/study/train/kept-file.ts';
import { logColumns } from '../lib/study/train/log.ts';
import { engineParams } from '../lib/study/train/params.ts';
import { predictionColumns } from '../lib/study/train/predictions.ts';
import { MOST_SCORED, scoreCheckpoint } from '../lib/study/train/score-checkpoint.ts';

async function named({ path, name }: InputFile): Promise<NamedBytes> {
  return { name, bytes: await readFile(path) };
}

/** One checkpoint of a net that was trained elsewhere, scored on this study's images. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    /** The images whose loss decides on early stopping. */
    validate: z.enum(['validation', 'test']).default('validation'),
  }),
  axes: z.looseObject({ epoch: z.int().positive() }),
  inputs: { train: 'one', validation: 'one', test: 'one', graph: 'one', weights: 'one', history: 'optional' },
  outputs: ['model', 'kept', 'predictions', 'log'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, provenance, signal } = task;
    const { epoch } = axes;
    const engine = await taskEngine(task);
    try {
      const graph = readGraph(await named(inputs.graph));
      const weights = readCheckpoint(graph, await named(inputs.weights));
      const table = inputs.history ? readHistoryTable(await named(inputs.history)) : [];
      const known = table.find((row) => row.epoch === epoch) ?? null;
      const train = await readImages(inputs.train.path);
      const validation = await readImages(inputs.validation.path);
      const test = await readImages(inputs.test.path);
      const net = netMetadata(params.model, train.set, train.classes.length, graph);
      const model = createModel(params.model, train.set, train.classes.length, net);
      if (params.model.family === 'imported' && params.model.features !== null) model.layer(null);
      const files = [inputs.train, inputs.validation, inputs.test];
      const together = await imagesInTask(task, files, model, train.set, MOST_SCORED);
      const { validate } = params;
      const images = { train, validation, test };
      const scored = await scoreCheckpoint({
        engine,
        model,
        weights,
        epoch,
        validate,
        ...images,
        known,
        together,
        signal,
      });

      const metadata = { ...provenance, ...engineMetadata(engine) };
      const kept = { metadata: { ...metadata, ...net } };
      const single = { epoch: { type: 'int32' as const, values: [epoch] } };
      await writeArrow(outputs.model, { ...single, ...weightColumns(model.weights, [weights]) }, kept);
      await writeArrow(outputs.kept, keptColumns(model.weights, epoch, { trained: weights }), kept);
      await writeArrow(outputs.predictions, predictionColumns([scored.predictions]), { metadata });
      await writeArrow(outputs.log, logColumns([scored.log]), { metadata });
      task.log(`epoch ${epoch}: test error ${scored.log.test?.error ?? 'unknown'}`);
    } catch (error) {
      throw error instanceof ImportError ? new BadInput(error.message, { cause: error }) : error;
    } finally {
      await engine.dispose();
    }
  },
});

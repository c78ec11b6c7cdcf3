import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { readImages } from '../lib/study/dataset/file.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { netMetadata } from '../lib/study/model/net-metadata.ts';
import { engineMetadata, engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import {
  checkPrecision,
  commonParams,
  engineParams,
  enginePrecision,
  recipeParams,
} from '../lib/study/train/params.ts';
import { readState, writeSegment } from '../lib/study/train/segment-files.ts';
import { initialState } from '../lib/study/train/state.ts';
import { trainEpochs } from '../lib/study/train/train.ts';
import { reportEpochs } from '../lib/study/train/report.ts';

const epoch = z.int().positive();

/** Trains one segment: from the state the segment before left, up to the epoch that ends this one. */
export default defineStage({
  params: z
    .strictObject({ engine: engineParams, model: modelParams, train: commonParams, recipe: recipeParams })
    .check(checkPrecision),
  axes: z.looseObject({ augment: z.boolean(), seed: z.int().min(0).max(0xffffffff), epoch }),
  inputs: { train: 'one', validation: 'one', test: 'one', model: 'optional', optimiser: 'optional' },
  outputs: ['model', 'optimiser', 'kept', 'predictions', 'log'],
  toolchain: (params) => engineToolchain(params, enginePrecision(params.train)),
  async run(task) {
    const { axes, inputs, outputs, signal } = task;
    const params = { ...task.params.train, ...task.params.recipe };
    const train = await readImages(inputs.train.path);
    const validation = await readImages(inputs.validation.path);
    const test = await readImages(inputs.test.path);
    const model = createModel(task.params.model, train.set, train.classes.length);
    const start =
      inputs.model && inputs.optimiser
        ? await readState(model, { model: inputs.model.path, optimiser: inputs.optimiser.path })
        : initialState(model, axes.seed, params);
    const engine = await taskEngine(task, enginePrecision(params));
    try {
      const { augment, seed } = axes;
      const options = { engine, model, params, augment, seed, train, validation, test, signal };
      const epochs = reportEpochs(trainEpochs(options, start, axes.epoch), start.epoch, axes.epoch, task);
      const net = netMetadata(task.params.model, train.set, train.classes.length);
      const metadata = { ...task.provenance, ...engineMetadata(engine), ...net };
      await writeSegment(model, epochs, params.keep, outputs, metadata);
    } finally {
      await engine.dispose();
    }
  },
});

import { z } from 'zod';
import { BadInput, defineStage } from 'pipewright/stage';
import { DataError } from '../lib/study/dataset/data-error.ts';
import { writeImages } from '../lib/study/dataset/file.ts';
import { loadDataset } from '../lib/study/dataset/load.ts';
import { datasetParams } from '../lib/study/dataset/params.ts';

/** Loads or draws the images, splits them, and measures their channels. */
export default defineStage({
  params: z.strictObject({ dataset: datasetParams }),
  axes: z.looseObject({}),
  inputs: { source: 'many' },
  outputs: ['train', 'validation', 'test'],
  async run(task) {
    const { params, inputs, outputs, provenance, signal } = task;
    const log = (line: string): void => {
      task.log(line);
    };
    const dataset = await loadDataset(params.dataset, { files: inputs.source, signal, log }).catch(refuse);
    const { classes, mean, std } = dataset;
    for (const part of ['train', 'validation', 'test'] as const) {
      await writeImages(outputs[part], { set: dataset[part], classes, mean, std }, provenance);
      log(`${part}: ${dataset[part].count} images`);
    }
  },
});

function refuse(error: unknown): never {
  throw error instanceof DataError ? new BadInput(error.message, { cause: error }) : error;
}

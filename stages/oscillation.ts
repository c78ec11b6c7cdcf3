import { z } from 'zod';
import { writeArrow } from 'pipewright/arrow';
import { BadInput, defineStage, type InputFile } from 'pipewright/stage';
import { readImages } from '../lib/study/dataset/file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import {
  groupSwingColumns,
  imageSwingColumns,
  type PredictedRun,
} from '../lib/study/score/oscillation-table.ts';
import { selectParams } from '../lib/study/selection/parameters.ts';
import { readHistory } from '../lib/study/train/checkpoint-files.ts';
import { NONE_AVERAGED, WEIGHTS } from '../lib/study/train/kept-file.ts';
import { ofAveraged } from '../lib/study/train/log.ts';
import { NONE_OF_AVERAGED, readPredictions } from '../lib/study/train/predictions-file.ts';
import { earlyStoppingParams, findStops } from '../lib/study/train/stops.ts';

/** How what the net says of each test image swings from epoch to epoch, and in which groups they would be. */
export default defineStage({
  params: z.strictObject({ earlyStopping: earlyStoppingParams, select: selectParams }),
  axes: pointSchema.and(z.looseObject({ weights: z.enum(WEIGHTS) })),
  inputs: { log: 'many', predictions: 'many', test: 'one' },
  outputs: ['images', 'groups'],
  async run(task) {
    const { params, axes, inputs, outputs, provenance } = task;
    const test = await readImages(inputs.test.path);
    const seeds = [...new Set(inputs.log.map(({ point }) => Number(point.seed)))];
    const runs: PredictedRun[] = [];
    for (const seed of seeds) {
      const log = await readHistory(ofSeed(inputs.log, seed));
      const ofWeights = axes.weights === 'averaged' ? ofAveraged(log) : log;
      if (ofWeights.length === 0) throw new BadInput(NONE_AVERAGED);
      const [stop] = findStops(ofWeights, params.earlyStopping);
      const history = await readPredictions(ofSeed(inputs.predictions, seed), axes.weights);
      if (history === null) throw new BadInput(NONE_OF_AVERAGED);
      runs.push({ seed, stop: stop!.epoch, history });
      task.progress(runs.length, seeds.length, 'seeds');
    }
    await writeArrow(outputs.images, imageSwingColumns(runs, test, axes), {
      metadata: provenance,
    });
    await writeArrow(outputs.groups, groupSwingColumns(runs, test, params.select, axes), {
      metadata: provenance,
    });
  },
});

function ofSeed(files: readonly InputFile[], seed: number): string[] {
  return files.filter(({ point }) => point.seed === seed).map(({ path }) => path);
}

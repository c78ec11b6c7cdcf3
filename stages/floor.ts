import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage, type InputFile } from 'pipewright/stage';
import { SelectionExplainer } from '../lib/study/attribution/explain-selected.ts';
import { readMaps } from '../lib/study/attribution/maps-file.ts';
import { collectMaps } from '../lib/study/attribution/maps-in-memory.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { noiseFloor, type SeedMaps } from '../lib/study/score/noise-floor.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { readSelection } from '../lib/study/selection/file.ts';
import { engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** Scores between early-stopping maps of different seeds: what chance alone does to a heat map. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    attribute: attributeParams,
    score: scoreParams,
  }),
  axes: pointSchema,
  inputs: { models: 'many', images: 'many', references: 'many' },
  outputs: ['floor'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, provenance, signal } = task;
    const engine = await taskEngine(task);
    const seeds = inputs.models.map(({ point }) => Number(point.seed));
    const pairs = seeds.length * (seeds.length - 1);
    if (pairs === 0) task.warn('there is one seed only: without a second there is no noise floor');
    let done = 0;
    let explainer: SelectionExplainer | null = null;

    const seedMaps = async (seed: number): Promise<SeedMaps> => {
      const selected = readSelection(await readArrow(ofSeed(inputs.images, seed)));
      const reference = readMaps(await readArrow(ofSeed(inputs.references, seed)));
      const model = createModel(params.model, selected.images.set, selected.images.classes.length);
      const explainedBy: SeedMaps['explainedBy'] = async (other) => {
        signal.throwIfAborted();
        const weights = readWeights(await readArrow(ofSeed(inputs.models, other)), model.weights);
        explainer ??= await SelectionExplainer.compile(engine, model, selected.images.set, params.attribute);
        const maps = await collectMaps(explainer.explain(weights, selected));
        task.progress(++done, pairs, 'pairs of seeds');
        return maps;
      };
      return { seed, reference, explainedBy };
    };
    const floor = noiseFloor(await Promise.all(seeds.map(seedMaps)), params.score, axes);
    await writeArrow(outputs.floor, floor, { metadata: provenance });
    await engine.dispose();
  },
});

function ofSeed(files: readonly InputFile[], seed: number): string {
  const file = files.find(({ point }) => point.seed === seed);
  if (!file) throw new Error(`seed ${seed} has no file among ${files.map(({ name }) => name).join(', ')}`);
  return file.path;
}

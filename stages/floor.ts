import { z } from 'zod';
import { type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage, type InputFile } from 'pipewright/stage';
import { SelectionExplainer } from '../lib/study/attribution/explain-selected.ts';
import { readMaps } from '../lib/study/attribution/maps-file.ts';
import { collectMaps } from '../lib/study/attribution/maps-in-memory.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { readWeights } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { type FloorScores, noiseFloor, type SeedMaps } from '../lib/study/score/noise-floor.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { readSelection } from '../lib/study/selection/file.ts';
import { engineMetadata, engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** Scores between maps of different seeds, early and late: what chance alone does to a heat map. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    attribute: attributeParams,
    score: scoreParams,
  }),
  axes: pointSchema,
  inputs: { models: 'many', late: 'many', images: 'many', references: 'many', maps: 'many' },
  outputs: ['floor', 'late', 'crossed'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, signal } = task;
    const engine = await taskEngine(task);
    const seeds = inputs.models.map(({ point }) => Number(point.seed));
    const nets = 2 * seeds.length * (seeds.length - 1);
    if (nets === 0) task.warn('there is one seed only: without a second there is no noise floor');
    const last = Number(inputs.late.at(-1)!.point.epoch);
    let done = 0;
    let explainer: SelectionExplainer | null = null;

    const seedMaps = async (seed: number): Promise<SeedMaps> => {
      const selected = readSelection(await readArrow(ofSeed(inputs.images, seed)));
      const { set, classes } = selected.images;
      const { metadata } = await readArrow(ofSeed(inputs.models, seed));
      const model = createModel(params.model, set, classes.length, metadata);
      const explained = async (path: string) => {
        signal.throwIfAborted();
        const weights = readWeights(await readArrow(path), model.weights);
        explainer ??= await SelectionExplainer.compile(engine, model, set, params.attribute, task);
        const maps = await collectMaps(explainer.explain(weights, selected));
        task.progress(++done, nets, 'nets of other seeds');
        return maps;
      };
      return {
        seed,
        stop: readMaps(await readArrow(ofSeed(inputs.references, seed))),
        late: readMaps(await readArrow(ofSeed(inputs.maps, seed))),
        explainedBy: async (other) => ({
          stop: await explained(ofSeed(inputs.models, other)),
          late: await explained(ofSeed(inputs.late, other)),
        }),
      };
    };
    const scores: FloorScores[] = [];
    for await (const pair of noiseFloor(await Promise.all(seeds.map(seedMaps)), params.score, axes, last))
      scores.push(pair);
    await engine.dispose();
    const metadata = { ...task.provenance, ...engineMetadata(engine) };
    for (const name of ['floor', 'late', 'crossed'] as const) {
      const batches: readonly Columns[] = scores.flatMap((pair) => pair[name]);
      await writeArrow(outputs[name], batches, { metadata });
    }
  },
});

/** Of several checkpoints, the last. */
function ofSeed(files: readonly InputFile[], seed: number): string {
  const file = files.findLast(({ point }) => point.seed === seed);
  if (!file) throw new Error(`seed ${seed} has no file among ${files.map(({ name }) => name).join(', ')}`);
  return file.path;
}

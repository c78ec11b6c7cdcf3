import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage } from 'pipewright/stage';
import { SelectionExplainer } from '../lib/study/attribution/explain-selected.ts';
import { type MapsTable, pickMaps, readMaps } from '../lib/study/attribution/maps-file.ts';
import { collectMaps } from '../lib/study/attribution/maps-in-memory.ts';
import { attributeParams } from '../lib/study/attribution/parameters.ts';
import { createModel, modelParams } from '../lib/study/model/create.ts';
import { weightsOfColumns } from '../lib/study/model/weights-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import {
  type OtherReference,
  otherScores,
  pairsParams,
  planPairs,
  scoreAlternatives,
  scorePairs,
} from '../lib/study/score/pairs.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { firstOfEachClass, pickSelected, readSelection } from '../lib/study/selection/file.ts';
import { engineMetadata, engineToolchain, taskEngine } from '../lib/study/task-engine.ts';
import { findKept, keptEpochs, keptFiles, WEIGHTS, type WeightsName } from '../lib/study/train/kept-file.ts';
import { readStops } from '../lib/study/train/stops.ts';
import { engineParams } from '../lib/study/train/params.ts';

/** Compares maps of one run's epochs with one another: next to each other, twice as far, … and at many places. */
export default defineStage({
  params: z.strictObject({
    engine: engineParams,
    model: modelParams,
    attribute: attributeParams,
    score: scoreParams,
    pairs: pairsParams,
  }),
  axes: z.intersection(pointSchema, z.looseObject({ weights: z.enum(WEIGHTS) })),
  inputs: { kept: 'many', stops: 'one', images: 'one', maps: 'many' },
  outputs: ['pairs', 'alternatives'],
  toolchain: engineToolchain,
  async run(task) {
    const { params, axes, inputs, outputs, signal } = task;
    const all = readSelection(await readArrow(inputs.images.path));
    const rows = firstOfEachClass(all, params.pairs.images);
    const selected = pickSelected(all, rows);
    const files = keptFiles(inputs.kept);
    const kept = await keptEpochs(files, axes.weights);
    const [own, ...others] = readStops(await readArrow(inputs.stops.path));
    const { epoch: stop } = own!;
    const explained = inputs.maps.map(({ point }) => Number(point.epoch));
    const pairs = planPairs({ explained, stop, kept }, params.pairs);

    const { set, classes } = selected.images;
    const { metadata: net } = await readArrow(files[0]!.path);
    const model = createModel(params.model, set, classes.length, net);
    const engine = await taskEngine(task);
    const explainer = await SelectionExplainer.compile(engine, model, set, params.attribute, task);
    const explain = async (weights: WeightsName, epoch: number): Promise<MapsTable | null> => {
      signal.throwIfAborted();
      const found = await findKept(files, weights, epoch);
      if (found?.epoch !== epoch) return null;
      return collectMaps(explainer.explain(weightsOfColumns(found.tensors, model.weights), selected));
    };

    const maps = new Map<number, MapsTable>();
    for (const { path, point } of inputs.maps)
      maps.set(Number(point.epoch), pickMaps(readMaps(await readArrow(path)), rows));
    const needed = [...new Set(pairs.flat())].filter((epoch) => !maps.has(epoch));
    for (const [done, epoch] of needed.entries()) {
      task.progress(done, needed.length, 'epochs explained');
      maps.set(epoch, (await explain(axes.weights, epoch))!);
    }
    const references: OtherReference[] = [];
    const wanted = [
      ...others.map((other) => ({ ...other, weights: axes.weights })),
      ...(axes.weights === 'trained'
        ? [{ reference: 'averaged', epoch: stop, weights: 'averaged' as const }]
        : []),
    ];
    for (const { reference, epoch, weights } of wanted) {
      const known = weights === axes.weights ? maps.get(epoch) : undefined;
      const found = known ?? (await explain(weights, epoch));
      if (found) references.push({ reference, epoch, weights, maps: found });
      else task.log(`no ${weights} weights of epoch ${epoch} were kept: no reference \`${reference}\``);
    }
    const atStop = maps.get(stop) ?? (await explain(axes.weights, stop));
    if (atStop)
      for (const [reference, score] of otherScores(params.score))
        references.push({ reference, epoch: stop, weights: axes.weights, maps: atStop, score });
    await engine.dispose();

    task.log(`${pairs.length} pairs of ${maps.size} epochs, ${needed.length} of them explained here`);
    const run = { stop, last: kept.at(-1)!, mapsOf: (epoch: number) => maps.get(epoch)! };
    const metadata = { ...task.provenance, ...engineMetadata(engine) };
    await writeArrow(outputs.pairs, scorePairs(pairs, run, params.score, axes), { metadata });
    const alternatives = scoreAlternatives(references, explained, run, params.score, axes);
    await writeArrow(outputs.alternatives, alternatives, { metadata });
  },
});

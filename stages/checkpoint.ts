import { z } from 'zod';
import { writeArrow } from 'pipewright/arrow';
import { BadInput, defineStage } from 'pipewright/stage';
import { readHistory, writeHistory, writeModel } from '../lib/study/train/checkpoint-files.ts';
import { findKept, keptFiles, NONE_AVERAGED, WEIGHTS } from '../lib/study/train/kept-file.ts';
import { ofAveraged } from '../lib/study/train/log.ts';
import { earlyStoppingParams, findStops, stopColumns } from '../lib/study/train/stops.ts';

/** Finds the early-stopping model among the epochs of all segments, and joins their logs. */
export default defineStage({
  params: z.strictObject({ earlyStopping: earlyStoppingParams }),
  axes: z.looseObject({ weights: z.enum(WEIGHTS) }),
  inputs: { log: 'many', kept: 'many' },
  outputs: ['reference', 'stops', 'history'],
  async run(task) {
    const { params, axes, inputs, outputs, provenance } = task;
    const log = await readHistory(inputs.log.map((file) => file.path));
    const history = axes.weights === 'averaged' ? ofAveraged(log) : log;
    if (history.length === 0) throw new BadInput(NONE_AVERAGED);
    const stops = findStops(history, params.earlyStopping);
    const [stop] = stops as [(typeof stops)[number]];
    for (const { reference, epoch } of stops) task.log(`${reference}: epoch ${epoch} of ${history.length}`);
    if (!stop.triggered) {
      task.warn(
        `early stopping did not occur within ${history.length} epochs; ` +
          `the lowest loss so far, of epoch ${stop.epoch}, stands in for it`,
      );
    }
    const kept = (await findKept(keptFiles(inputs.kept), axes.weights, stop.epoch))!;
    if (kept.epoch !== stop.epoch)
      task.warn(`the weights of epoch ${stop.epoch} were not kept; epoch ${kept.epoch} is the nearest`);
    const triggered = { type: 'bool', values: [stop.triggered] } as const;
    await writeModel(outputs.reference, kept, { triggered }, provenance);
    await writeArrow(outputs.stops, stopColumns(stops), { metadata: provenance });
    await writeHistory(outputs.history, history, stop, provenance);
  },
});

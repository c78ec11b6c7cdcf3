import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { readHistory, writeHistory, writeReference } from '../lib/study/train/checkpoint-files.ts';
import { findEarlyStopping } from '../lib/study/train/early-stopping.ts';

/** Epochs without a lower validation loss after which training would have stopped. */
const patience = z.int().positive();

/** Finds the early-stopping model among the epochs of all segments, and joins their logs. */
export default defineStage({
  params: z.strictObject({ earlyStopping: z.strictObject({ patience }) }),
  axes: z.looseObject({}),
  inputs: { log: 'many', records: 'many' },
  outputs: ['reference', 'history'],
  async run(task) {
    const { params, inputs, outputs, provenance } = task;
    const history = await readHistory(inputs.log.map((file) => file.path));
    const stop = findEarlyStopping(history, params.earlyStopping.patience);
    task.log(`early stopping: epoch ${stop.epoch} of ${history.length}`);
    if (!stop.triggered) {
      task.warn(
        `early stopping did not occur within ${history.length} epochs; ` +
          `the lowest loss so far, of epoch ${stop.epoch}, stands in for it`,
      );
    }
    const records = inputs.records.map((file) => file.path);
    await writeReference(outputs.reference, records, stop, provenance);
    await writeHistory(outputs.history, history, stop, provenance);
  },
});

import { z } from 'zod';
import { BadInput, defineStage } from 'pipewright/stage';
import { writeModel } from '../lib/study/train/checkpoint-files.ts';
import { findKept, keptFiles, NONE_AVERAGED, WEIGHTS } from '../lib/study/train/kept-file.ts';

/** The weights of one epoch out of what training kept, so that what is explained is free of its segments. */
export default defineStage({
  params: z.strictObject({}),
  axes: z.looseObject({ weights: z.enum(WEIGHTS), epoch: z.int().positive() }),
  inputs: { kept: 'many' },
  outputs: ['model'],
  async run({ axes, inputs, outputs, provenance }) {
    const { weights, epoch } = axes;
    const files = keptFiles(inputs.kept);
    const last = files.at(-1)!.end;
    if (epoch > last)
      throw new BadInput(
        `epoch ${epoch} is to be explained, but training ends after ${last}; add to params.segments, or take it out of params.epochs`,
      );
    const kept = await findKept(files, weights, epoch);
    if (kept === null) throw new BadInput(NONE_AVERAGED);
    if (kept.epoch !== epoch)
      throw new BadInput(
        `the weights of epoch ${epoch} were not kept, the nearest are those of epoch ${kept.epoch}; ` +
          'see params.train.keep and params.epochs',
      );
    await writeModel(outputs.model, kept, {}, provenance);
  },
});

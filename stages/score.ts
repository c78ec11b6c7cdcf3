import { z } from 'zod';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { defineStage } from 'pipewright/stage';
import { readMaps } from '../lib/study/attribution/maps-file.ts';
import { pointSchema } from '../lib/study/score/axes.ts';
import { scoreParams } from '../lib/study/score/parameters.ts';
import { scoreMaps } from '../lib/study/score/score.ts';

/** Compares one checkpoint's maps with those at early stopping. */
export default defineStage({
  params: z.strictObject({ score: scoreParams }),
  axes: pointSchema,
  inputs: { maps: 'one', reference: 'one' },
  outputs: ['scores'],
  async run(task) {
    const { params, axes, inputs, outputs, provenance } = task;
    const maps = readMaps(await readArrow(inputs.maps.path));
    const reference = readMaps(await readArrow(inputs.reference.path));
    const scored = scoreMaps(maps, reference, params.score, axes);
    for (const { method, constant } of scored)
      if (constant > 0)
        task.log(`${method}: ${constant} of ${maps.rows} pairs have a constant map and no similarity`);
    const batches = scored.map(({ columns }) => columns);
    await writeArrow(outputs.scores, batches, { metadata: provenance });
  },
});

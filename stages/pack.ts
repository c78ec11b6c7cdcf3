import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { packRun } from '../lib/study/report/run-data.ts';
import { pointSchema } from '../lib/study/score/axes.ts';

/** What the report shows of one trained run: its images, maps and scores, small enough for a page. */
export default defineStage({
  params: z.strictObject({}),
  axes: pointSchema,
  inputs: { images: 'one', history: 'one', reference: 'one', maps: 'many', scores: 'many', floor: 'one' },
  outputs: ['run', 'maps'],
  async run({ axes, inputs, outputs }) {
    const { run, blocks } = await packRun(inputs, axes);
    await writeFile(outputs.run, JSON.stringify(run));
    await writeFile(outputs.maps, JSON.stringify(blocks));
  },
});

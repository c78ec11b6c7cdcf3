import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { reportParams } from '../lib/study/report/parameters.ts';
import { writeReport } from '../lib/study/report/write-report.ts';

/** Writes the page that shows the study: opened from disk, with all that it needs in it. */
export default defineStage({
  params: z.strictObject({ report: reportParams }),
  inputs: { runs: 'many', maps: 'many', claims: 'one', figures: 'many', scores: 'many', survey: 'many' },
  outputs: ['page'],
  async run(task) {
    const { params, inputs, outputs } = task;
    const packs = inputs.runs.map((run, at) => ({ run, maps: inputs.maps[at]! }));
    const { question, options, megabytes } = params.report;
    const [survey] = inputs.survey;
    const limits = { page: megabytes.page * 1e6, files: megabytes.files * 1e6 };
    const written = await writeReport(
      outputs.page,
      packs,
      { ...inputs, survey: survey ?? null },
      { question, options, limits },
    );
    task.log(
      `${(written.bytes / 1e6).toFixed(1)} MB, maps in ${written.levels} levels${written.beside ? ', in files beside it' : ''}`,
    );
    if (written.leftOut > 0)
      task.warn(
        `to stay small, the report leaves out the maps of ${written.leftOut} images; see report.megabytes`,
      );
  },
});

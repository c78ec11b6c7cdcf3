import type { Queue } from './queue.ts';
import type { Run } from './program.ts';
import { sbatchWords, scancelWords, squeueWords, statesOf, submittedOf, type SlurmSite } from './slurm.ts';

/** `script`: what a job of a batch runs, whose element Slurm names. */
export function slurmQueue(
  site: SlurmSite,
  run: Run,
  folderOf: (batch: string) => string,
  script: (batch: string) => string,
): Queue {
  return {
    submit: async (submission) => {
      const { batch } = submission;
      return submittedOf(await run(sbatchWords(submission, site, folderOf(batch)), script(batch)));
    },
    states: async (batches) => statesOf(await run(squeueWords(batches.keys()))),
    cancel: async (ids, pending) => {
      const ran = await Promise.all(scancelWords(ids, pending).map((words) => run(words)));
      return ran.every(({ status }) => status === 0);
    },
  };
}

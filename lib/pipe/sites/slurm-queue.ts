import type { Queue } from './queue.ts';
import type { Run } from './program.ts';
import { sbatchWords, scancelWords, squeueWords, statesOf, submittedOf, type SlurmSite } from './slurm.ts';

/** Where the jobs of a batch stand and what they run, whose element Slurm names; and where it writes what they print. */
export interface SlurmJobs {
  readonly folderOf: (batch: string) => string;
  readonly script: (batch: string) => string;
  /** In the folder unless given. */
  readonly logOf?: (batch: string) => string;
}

export function slurmQueue(site: SlurmSite, run: Run, { folderOf, script, logOf }: SlurmJobs): Queue {
  return {
    submit: async (submission) => {
      const { batch } = submission;
      return submittedOf(
        await run(sbatchWords(submission, site, folderOf(batch), logOf?.(batch)), script(batch)),
      );
    },
    states: async (batches) => statesOf(await run(squeueWords(batches.keys()))),
    cancel: async (ids, pending) => {
      const ran = await Promise.all(scancelWords(ids, pending).map((words) => run(words)));
      return ran.every(({ status }) => status === 0);
    },
  };
}

import type { KeyGuide } from './key-guide.ts';

/** Of `sites`. */
export const sitesGuide: Readonly<Record<string, KeyGuide>> = {
  sites: {
    otherwise: '`slurm`, with nothing said of it',
    more: 'It decides nothing: `pipe.lock` has the same lines wherever tasks ran. A user’s own file, `pipe.local.yaml` or `~/.config/pipe/config.yaml`, may have `sites`, too; its keys go before those here. [cluster.md](cluster.md) says how it works.',
    examples: ['sites: { slurm: { partition: long, account: vision } }'],
    mistakes: ['sites: { slurm: { queue: long } }', 'sites: { 2nd: { partition: long } }'],
  },
  'sites.*.engine': {
    otherwise: '`slurm`',
    more: '`command` is any other engine, by the three commands `submit`, `status` and `cancel`. [cluster.md](cluster.md#other-engines) has them for Grid Engine.',
    examples: [
      'sites: { big: { engine: slurm, partition: big } }',
      "sites:\n  sge: { engine: command, submit: qsub -terse, status: my-qstat, cancel: 'qdel $PIPE_IDS' }",
    ],
    mistakes: ['sites: { big: { engine: pbs } }'],
  },
  'sites.*.submit': {
    otherwise: 'none; `engine: command` needs it',
    more: 'It reads the job’s script, for `/bin/sh`, from its input and prints the job’s number, as its last line. It is given `PIPE_NAME`, `PIPE_LOG` (the file for what the job prints), `PIPE_THREADS`, `PIPE_GPUS`, and where they are known `PIPE_MEMORY` (MiB), `PIPE_TIME` (seconds) and `PIPE_EXCLUDE` (nodes, with commas).',
    examples: [
      'sites:\n  sge:\n    submit: qsub -terse -N $PIPE_NAME -j y -o $PIPE_LOG ${PIPE_MEMORY:+-l h_vmem=${PIPE_MEMORY}M}',
    ],
    mistakes: ['sites: { sge: { submit: [qsub] } }'],
  },
  'sites.*.status': {
    otherwise: 'none; `engine: command` needs it',
    more: 'It prints a line for each job that the engine knows of: its number, a space, a word. `PENDING` waits, `COMPLETED`, `FAILED`, `CANCELLED`, `TIMEOUT`, `OUT_OF_MEMORY`, `NODE_FAIL` and `PREEMPTED` are over, any other word runs. What is left out is not known there any more. `PIPE_IDS` are the numbers that are asked for. A status other than 0 is no answer.',
    examples: ["sites: { sge: { status: 'qstat | awk ''NR > 2 { print $1, $5 }''' } }"],
    mistakes: ['sites: { sge: { status: 1 } }'],
  },
  'sites.*.cancel': {
    otherwise: 'none; `engine: command` needs it',
    more: 'It ends the jobs of `PIPE_IDS`.',
    examples: ["sites: { sge: { cancel: 'qdel $PIPE_IDS' } }"],
    mistakes: ['sites: { sge: { cancel: true } }'],
  },
  'sites.*.partition': {
    otherwise: 'the one that Slurm has for those who name none',
    examples: ['sites: { slurm: { partition: long } }'],
    mistakes: ['sites: { slurm: { partition: 2 } }'],
  },
  'sites.*.account': {
    otherwise: 'the user’s usual one',
    examples: ['sites: { slurm: { account: vision } }'],
    mistakes: ['sites: { slurm: { account: [vision] } }'],
  },
  'sites.*.options': {
    default: [],
    more: 'Variables such as `SBATCH_PARTITION` have no say.',
    examples: ['sites: { slurm: { options: [--constraint=avx2, --qos=low] } }'],
    mistakes: ['sites: { slurm: { options: --constraint=avx2 } }'],
  },
  'sites.*.jobs': {
    otherwise: 'as many as the engine lets run',
    examples: ['sites: { slurm: { jobs: 50 } }'],
    mistakes: ['sites: { slurm: { jobs: 0 } }'],
  },
  'sites.*.memory': {
    otherwise: 'what the engine gives by itself',
    examples: ['sites: { slurm: { memory: 4 GB } }'],
    mistakes: ['sites: { slurm: { memory: much } }'],
  },
  'sites.*.time': {
    otherwise: 'what the engine gives by itself',
    examples: ['sites: { slurm: { time: 2 h } }'],
    mistakes: ['sites: { slurm: { time: long } }'],
  },
  'sites.*.longest': {
    otherwise: 'the time of one task',
    more: 'The segments of a scan are one job. It is asked for the time that all of them are thought to take, but for no more than this; what does not fit goes on in another job.',
    examples: ['sites: { slurm: { time: 1 h, longest: 24 h } }'],
    mistakes: ['sites: { slurm: { longest: long } }'],
  },
  'sites.*.setup': {
    otherwise: 'none',
    more: 'With them, the `PATH` and `LD_LIBRARY_PATH` that they make are those of tasks; without, `PATH` is that of `pipe run`.',
    examples: ['sites: { slurm: { setup: module load cuda } }'],
    mistakes: ['sites: { slurm: { setup: [module load cuda] } }'],
  },
  'sites.*.project': {
    otherwise: 'nodes see the files of this machine',
    more: 'Then nothing of the project has to lie there but `node_modules`, with `pipewright` in it, and what Python it uses: programs and inputs are sent through the remote cache, which this machine and the nodes must be allowed to write to. [cluster.md](cluster.md#without-a-shared-file-system) says how.',
    examples: ['sites: { slurm: { project: /home/me/study } }'],
    mistakes: ['sites: { slurm: { project: study } }'],
  },
  'sites.*.node': {
    otherwise: 'the one that `pipe run` runs in, by its path; with `project`, the one that is found there',
    examples: ['sites: { slurm: { node: /opt/node/bin/node } }'],
    mistakes: ['sites: { slurm: { node: 20 } }'],
  },
  'sites.*.patience': {
    otherwise: '3 s on a file system of this machine, 60 s on one that is shared or not known',
    more: 'What a job wrote may be seen here so much later; it counts as lost only then.',
    examples: ['sites: { slurm: { patience: 90 s } }'],
    mistakes: ['sites: { slurm: { patience: long } }'],
  },
};

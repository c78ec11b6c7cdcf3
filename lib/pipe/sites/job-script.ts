import type { Variables } from '../execute/environment.ts';
import type { Letter } from './mail.ts';

/** Text that a shell takes for one word. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What says where a job is and what it was given; `name=` of ours and the engine's own variables for it. */
const slurmWords = [
  'PIPE_JOB="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
  'PIPE_NODE="$SLURMD_NODENAME"',
  '${SLURM_JOB_END_TIME+"SLURM_JOB_END_TIME=$SLURM_JOB_END_TIME"}',
];

export interface ScriptParts {
  /** Where it stands: of the batch, or where jobs share no files with the driver, the project there. */
  readonly folder: string;
  /** What a job is handed that does not see the folder of its batch. */
  readonly letter: Letter | null;
  /** The program, its entry first. */
  readonly program: readonly string[];
  /** Lines of the site's own before it, such as `module load node`. */
  readonly setup: string | null;
  readonly environment: Variables;
}

/**
 * What `sbatch` reads. Nothing of the variables that Slurm and a login make is for tasks; a folder that is gone means that
 * the job was given up.
 */
export function slurmScript(parts: ScriptParts): string {
  return scriptOf(parts, slurmWords, '"$SLURM_ARRAY_TASK_ID"');
}

/** The same for an engine that is known by its commands, a script for each job. */
export function commandScript(parts: ScriptParts, element: number, name: string): string {
  // Grid Engine, PBS and LSF say a job's number by these; others may not.
  const words = [`PIPE_JOB="\${JOB_ID:-\${PBS_JOBID:-\${LSB_JOBID:-${name}}}}"`, 'PIPE_NODE="$(uname -n)"'];
  return scriptOf(parts, words, String(element));
}

function scriptOf(parts: ScriptParts, who: readonly string[], element: string): string {
  const { folder, program, setup, environment, letter } = parts;
  if (letter !== null) return apartScript(parts, letter, who, element);
  const { PATH = '/usr/bin:/bin', HOME = '/' } = environment;
  // With lines of the site's own, what they put into these counts.
  const path = setup === null ? quoted(PATH) : '"$PATH"';
  const words = [
    ...['exec', 'env', '-i', `PATH=${path}`, `HOME=${quoted(HOME)}`],
    ...(setup === null ? [] : ['${LD_LIBRARY_PATH+"LD_LIBRARY_PATH=$LD_LIBRARY_PATH"}']),
    ...['${CUDA_VISIBLE_DEVICES+"CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES"}', '${TMPDIR+"TMPDIR=$TMPDIR"}'],
    ...who,
    ...[...program, 'carry-out', folder].map(quoted),
    element,
  ];
  return ['#!/bin/sh', `cd ${quoted(folder)} || exit 97`, ...(setup === null ? [] : [setup]), words.join(' ')]
    .join('\n')
    .concat('\n');
}

/**
 * Where jobs share no files with the driver, the variables are those of the node: the program chooses what of them tasks
 * see. The letter, which holds a key, comes as its input: others can read the words of a command.
 */
function apartScript(
  { folder, program, setup }: ScriptParts,
  letter: Letter,
  who: readonly string[],
  element: string,
): string {
  return [
    ...['#!/bin/sh', `cd ${quoted(folder)} || exit 97`, ...(setup === null ? [] : [setup])],
    'unset NODE_OPTIONS',
    ...who.filter((word) => word.startsWith('PIPE_')).map((word) => `export ${word}`),
    `exec ${[...program, 'carry-out-apart', folder].map(quoted).join(' ')} ${element} <<'END'`,
    ...[JSON.stringify(letter), 'END', ''],
  ].join('\n');
}

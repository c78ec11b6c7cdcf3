import type { Needs } from './needs.ts';
import type { JobState, Submission, Submitted } from './queue.ts';
import type { Ran } from './program.ts';

/** What of a site goes into the words of `sbatch`. */
export interface SlurmSite {
  readonly partition: string | null;
  readonly account: string | null;
  readonly options: readonly string[];
}

/** The jobs of batches are found by this before the batch's name. */
const prefix = 'pipe-';

export function jobName(batch: string): string {
  return `${prefix}${batch}`;
}

/** The words of `sbatch`, which reads the script from its input. `folder`: where jobs stand; `log`: with `%a` in it. */
export function sbatchWords(
  { batch, count, needs, exclude, most }: Submission,
  site: SlurmSite,
  folder: string,
  log = `${escaped(folder)}/%a.log`,
): readonly string[] {
  const throttle = most !== null && most < count ? `%${most}` : '';
  return [
    ...['sbatch', '--parsable', '--no-requeue', '--export=NONE', `--job-name=${jobName(batch)}`],
    ...[`--array=0-${count - 1}${throttle}`, `--output=${log}`, `--chdir=${folder}`],
    ...needsWords(needs),
    ...(site.partition === null ? [] : [`--partition=${site.partition}`]),
    ...(site.account === null ? [] : [`--account=${site.account}`]),
    ...(exclude.length === 0 ? [] : [`--exclude=${exclude.join(',')}`]),
    ...site.options,
  ];
}

/** In a file name a `%` begins what Slurm fills in. */
function escaped(path: string): string {
  return path.replaceAll('%', '%%');
}

function needsWords({ threads, gpus, memory, time }: Needs): readonly string[] {
  return [
    ...['--ntasks=1', `--cpus-per-task=${threads}`],
    ...(gpus === 0 ? [] : [`--gres=gpu:${gpus}`]),
    ...(memory === null ? [] : [`--mem=${Math.ceil(memory / 2 ** 20)}M`]),
    ...(time === null ? [] : [`--time=${Math.max(1, Math.ceil(time / 60))}`]),
  ];
}

/** Errors after which it is open whether the job was taken. */
const unsureWords =
  /timed? ?out|unable to contact|connection|communicat|zero bytes|broken pipe|controller|unexpected message/i;
/** Bounds that others, or one's own jobs, will leave room in again. */
const laterWords = /(?:QOS|Assoc)[A-Za-z]*(?:Max|Grp)|job limit|submit limit|temporarily|try again|too many/i;

export function submittedOf({ status, out, err }: Ran): Submitted {
  const id = /^(\d+)(?:;\S*)?$/m.exec(out.trim())?.[1];
  if (status === 0 && id !== undefined) return { type: 'taken', id };
  const message =
    err.trim().replace(/^sbatch: (?:error: )?/gm, '') || `sbatch ended with ${status ?? 'no'} status`;
  // A program that is not there has taken nothing.
  if (status === null && err.includes('ENOENT'))
    return { type: 'refused', message: 'there is no program sbatch' };
  if (status === null || status === 0 || unsureWords.test(message)) return { type: 'unsure', message };
  return { type: laterWords.test(message) ? 'later' : 'refused', message };
}

export function squeueWords(batches: Iterable<string>): readonly string[] {
  const names = [...batches].map(jobName);
  // So many do not fit into a command line.
  const which = names.length > 1000 ? '--me' : `--name=${names.join(',')}`;
  return ['squeue', '--noheader', '--array', '--states=all', which, '--format=%i|%T|%N|%j|%r'];
}

/** Null when it did not answer. Steps and jobs of others are left out. */
export function statesOf({ status, out }: Ran): readonly JobState[] | null {
  if (status !== 0) return null;
  return out.split('\n').flatMap((line) => {
    const [id = '', state = '', node = '', name = '', ...reason] = line.trim().split('|');
    const [, array, index] = /^(\d+)_(\d+)$/.exec(id) ?? [];
    if (array === undefined || !name.startsWith(prefix)) return [];
    const batch = name.slice(prefix.length);
    return [{ batch, index: Number(index), id: array, state, node, reason: reason.join('|') }];
  });
}

/** `name:…` cancels by name what has no id. */
export function scancelWords(ids: readonly string[], pending: boolean): readonly (readonly string[])[] {
  const state = pending ? ['--state=PENDING'] : [];
  const plain = ids.filter((id) => !id.startsWith('name:'));
  const named = ids.filter((id) => id.startsWith('name:')).map((id) => jobName(id.slice('name:'.length)));
  return [
    ...(plain.length === 0 ? [] : [['scancel', '--quiet', ...state, ...plain]]),
    ...named.map((name) => ['scancel', '--quiet', ...state, `--name=${name}`]),
  ];
}

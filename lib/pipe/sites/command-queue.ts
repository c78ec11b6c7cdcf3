import type { Ran, Run } from './program.ts';
import type { JobState, Queue, Submission, Submitted } from './queue.ts';

/** Shell text, by which an engine is known. */
export interface EngineCommands {
  /** Reads the script of a job, and prints its number. */
  readonly submit: string;
  /** Prints a line for each job that it knows of: number, state. */
  readonly status: string;
  readonly cancel: string;
}

/** The numbers of a batch's jobs, as the one that it goes by. */
const between = ',';

/**
 * Any engine: a call for each job, one for the states of all, one to end them. What it does not tell, such as whether a
 * job was taken whose number was lost, the files of jobs do.
 */
export function commandQueue(
  { submit, status, cancel }: EngineCommands,
  run: Run,
  logOf: (batch: string, element: number) => string,
  script: (batch: string, element: number) => string,
): Queue {
  return {
    submit: async (submission) => {
      const { batch, count } = submission;
      const ids: string[] = [];
      for (let element = 0; element < count; element++) {
        const variables = variablesOf(submission, element, logOf(batch, element));
        const submitted = submittedOf(await call(run, submit, variables, script(batch, element)));
        // Some of its jobs are there: what became of each is told by its file, and those that did not come never will.
        if (submitted.type !== 'taken')
          return ids.length === 0 ? submitted : { ...submitted, type: 'unsure' };
        ids.push(submitted.id);
      }
      return { type: 'taken', id: ids.join(between) };
    },
    states: (batches) => commandStates(status, run, batches),
    cancel: async (ids, pending) => {
      // Which of them wait is not known; a job that was taken back by its file ends as soon as it begins.
      const numbers = ids.filter((id) => !id.startsWith('name:')).flatMap((id) => id.split(between));
      if (pending || numbers.length === 0) return true;
      return (await call(run, cancel, { PIPE_IDS: numbers.join(' ') })).status === 0;
    },
  };
}

/** How jobs of batches stand, by one call; null where it does not answer. */
export async function commandStates(
  status: string,
  run: Run,
  batches: ReadonlyMap<string, string | null>,
): Promise<readonly JobState[] | null> {
  const known = new Map<string, Pick<JobState, 'batch' | 'index' | 'id'>>();
  for (const [batch, id] of batches)
    for (const [index, each] of (id?.split(between) ?? []).entries())
      known.set(each, { batch, index, id: id! });
  if (known.size === 0) return [];
  const ran = await call(run, status, { PIPE_IDS: [...known.keys()].join(' ') });
  if (ran.status !== 0) return null;
  return ran.out.split('\n').flatMap((line) => {
    const [id = '', state = 'RUNNING'] = line.trim().split(/\s+/);
    const job = known.get(id);
    return job === undefined ? [] : [{ ...job, state, reason: '', node: '' }];
  });
}

function call(
  run: Run,
  command: string,
  variables: Readonly<Record<string, string>>,
  input?: string,
): Promise<Ran> {
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return run(['env', ...assigned, 'sh', '-c', command], input);
}

function variablesOf(
  { batch, needs: { threads, gpus, memory, time }, exclude }: Submission,
  element: number,
  log: string,
): Readonly<Record<string, string>> {
  return {
    PIPE_NAME: `pipe-${batch}-${element}`,
    PIPE_LOG: log,
    PIPE_THREADS: String(threads),
    PIPE_GPUS: String(gpus),
    // Empty where nothing is asked for, so that `${PIPE_TIME:+…}` leaves it out.
    PIPE_MEMORY: memory === null ? '' : String(Math.ceil(memory / 2 ** 20)),
    PIPE_TIME: time === null ? '' : String(Math.ceil(time)),
    PIPE_EXCLUDE: exclude.join(','),
  };
}

/** The number is the last line that it prints. */
function submittedOf({ status, out, err }: Ran): Submitted {
  const id = out.trim().split('\n').at(-1)!.trim();
  if (status === 0 && /^[\w.:@[\]-]+$/.test(id)) return { type: 'taken', id };
  const message =
    [err.trim(), out.trim()].find((text) => text !== '') ?? `it ended with ${status ?? 'no'} status`;
  return { type: status === null || status === 0 ? 'unsure' : 'refused', message };
}

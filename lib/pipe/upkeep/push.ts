import { recordedAction, sameOutputs } from '../plan/record.ts';
import type { Task } from '../graph/graph.ts';
import type { OpenRemote } from '../remote/open.ts';
import { Slots } from '../remote/slots.ts';
import type { Engine } from '../run/engine.ts';
import type { Selection } from '../run/project.ts';
import type { Build } from './verify.ts';

export interface Pushed {
  /** Results that the remote cache has got now, and that it had. */
  readonly given: number;
  readonly there: number;
  /** Those that came from a remote cache: they are not vouched for here. */
  readonly foreign: number;
  /** Those that the lock names and the store does not have. */
  readonly absent: number;
  readonly failed: number;
}

const mostAtOnce = 16;

/** Gives a remote cache what a lock names, was computed here, and is not there yet. */
export async function pushResults(
  engine: Engine,
  { cache }: OpenRemote,
  { graph, lock }: Pick<Build, 'graph' | 'lock'>,
  selection: Selection,
): Promise<Pushed> {
  const pushed = { given: 0, there: 0, foreign: 0, absent: 0, failed: 0 };
  const one = async (task: Task): Promise<keyof Pushed | null> => {
    const record = lock.get(task.id);
    if (record === null) return null;
    const { fingerprint, outputs, action } = record;
    const known = engine.actions.find(fingerprint);
    if (known === null || recordedAction(record) === null || !sameOutputs(known.outputs, outputs))
      return 'absent';
    if (known.from === 'remote') return 'foreign';
    const named = task.outputs.flatMap((output) => {
      const digest = outputs[output.name];
      return digest === undefined ? [] : [{ ...output, digest }];
    });
    if (!named.every((output) => engine.blobs.holds(output, output.digest))) return 'absent';
    const there = await cache.knows(fingerprint);
    if (there !== false) return there === true ? 'there' : 'failed';
    return (await cache.give({ fingerprint, action, outputs: named, ms: known.ms })) ? 'given' : 'failed';
  };
  const slots = new Slots(mostAtOnce);
  const tasks = [...selection].map((index) => graph.tasks[index]!);
  const ended = await Promise.all(tasks.map((task) => slots.within(() => one(task))));
  for (const how of ended) if (how !== null) pushed[how] += 1;
  return pushed;
}

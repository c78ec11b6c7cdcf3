import type { Graph, Task } from '../graph/graph.ts';
import { stagesOf } from '../graph/stages.ts';
import type { ActionCache } from '../store/actions.ts';
import type { Lock } from '../store/lock.ts';
import type { Revision } from './event.ts';

/** Of which form it is, for those who read it. */
const FORM = 1;

/** How a result was made: what the lock says of every task behind it, and how long each took when it was computed. */
export interface BuildRecord {
  readonly pipe: typeof FORM;
  readonly project: string;
  readonly profile: string;
  readonly experiment: string | null;
  readonly set: readonly string[];
  readonly engine: string;
  readonly revision: Revision | null;
  /** Milliseconds of all tasks, one after the other; and of how many tasks none are on record. */
  readonly ms: number;
  readonly untimed: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly title: string;
    readonly tasks: number;
    readonly ms: number;
    readonly longest: number;
    readonly untimed: number;
  }[];
  readonly tasks: readonly RecordedTask[];
}

interface RecordedTask {
  readonly task: string;
  readonly fingerprint: string;
  /** Null where no time is on record. */
  readonly ms: number | null;
  /** Digests by name of the output. */
  readonly outputs: Readonly<Record<string, string>>;
}

export type RecordHead = Pick<
  BuildRecord,
  'project' | 'profile' | 'experiment' | 'set' | 'engine' | 'revision'
>;

/** Of a task and all that it needs, which the lock has to have. */
export function buildRecord(
  head: RecordHead,
  graph: Graph,
  made: ReadonlySet<number>,
  { lock, actions }: { readonly lock: Lock; readonly actions: Pick<ActionCache, 'find'> },
): BuildRecord {
  const recordOf = ({ id }: Task): RecordedTask => {
    const { fingerprint, outputs } = lock.get(id)!;
    return { task: id, fingerprint, ms: actions.find(fingerprint)?.ms ?? null, outputs };
  };
  const stages = stagesOf(graph).flatMap(({ stage, tasks }) => {
    const records = tasks.filter(({ index }) => made.has(index)).map(recordOf);
    const times = records.flatMap(({ ms }) => ms ?? []);
    const summary = {
      ...{ stage: stage.name, title: stage.title, tasks: records.length, ms: sumOf(times) },
      ...{ longest: Math.max(0, ...times), untimed: records.length - times.length },
    };
    return records.length === 0 ? [] : [{ summary, records }];
  });
  return {
    pipe: FORM,
    ...head,
    ms: sumOf(stages.map(({ summary }) => summary.ms)),
    untimed: sumOf(stages.map(({ summary }) => summary.untimed)),
    stages: stages.map(({ summary }) => summary),
    tasks: stages.flatMap(({ records }) => records),
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

import { STATES, stateCode, type RunHead, type StageView } from '../protocol.ts';
import { NONE } from './run-model.ts';
import type { Tasks } from './tasks.ts';

/** How all tasks are shown, and of each stage how many stand how. */
export interface Standing {
  readonly states: Uint8Array;
  /** By stage: by state, how many. */
  readonly tallies: readonly Uint32Array[];
}

export interface Sources {
  readonly tasks: Tasks;
  /** What events of the run said, by task; null without a run. */
  readonly events: Uint8Array | null;
  /** The same at the end, where an earlier moment is looked at. */
  readonly later: Uint8Array | null;
  readonly head: RunHead | null;
  /** The run has ended, or nobody is at it any more. */
  readonly over: boolean;
  /** What a run would do now, by task; null where nobody looked. */
  readonly plan: Uint8Array | null;
  /** The run is the last one, so that what would run now belongs to it. */
  readonly latest: boolean;
}

const UNKNOWN = stateCode('unknown');
const FRESH = stateCode('up to date');
const WAITING = stateCode('waiting');
const RUNNING = stateCode('running');
const SKIPPED = stateCode('skipped');
const FAILED = stateCode('failed');

/** What is known of every task, put together: its events, what the run began with, and what would run now. */
export function standingOf(sources: Sources): Standing {
  const { tasks, events, later, plan } = sources;
  const states = new Uint8Array(tasks.count);
  const tallies = tasks.stages.map((stage) => {
    const tally = new Uint32Array(STATES.length);
    const silent = silentState(stage, sources);
    for (let task = stage.base; task < stage.base + stage.count; task++) {
      const before = later !== null && later[task] !== NONE && events![task] === NONE;
      const state = before ? WAITING : merged(events?.[task] ?? NONE, plan?.[task] ?? null, silent, sources);
      states[task] = state;
      tally[state] = tally[state]! + 1;
    }
    return tally;
  });
  return { states, tallies };
}

function merged(
  event: number,
  plan: number | null,
  silent: number | null,
  { over, latest, later }: Sources,
): number {
  if (!over) {
    if (event !== NONE) return event;
    if (silent !== null) return silent;
    return plan === null ? UNKNOWN : plan === FRESH ? FRESH : WAITING;
  }
  // A run that was killed said no more of what ran then.
  const last = event === RUNNING && later === null ? SKIPPED : event;
  if (!latest || plan === null) return last === NONE ? (silent ?? UNKNOWN) : last;
  if (plan === FRESH) return last === NONE ? FRESH : last;
  return last === FAILED || last === SKIPPED ? last : plan;
}

/** Of tasks that no event names; null where the run's beginning does not tell. */
function silentState(stage: StageView, { head, over }: Sources): number | null {
  if (head === null) return null;
  const forecast = head.stages.find((of) => of.stage === stage.name);
  if (forecast === undefined) return UNKNOWN;
  if (forecast.fresh === forecast.tasks && forecast.tasks === stage.count) return FRESH;
  if (forecast.tasks < stage.count) return over ? UNKNOWN : null;
  if (over) return FRESH;
  return forecast.fresh === 0 ? WAITING : null;
}

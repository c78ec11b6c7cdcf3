import { stateCode } from '../protocol.ts';
import type { Standing } from './standing.ts';
import type { Store } from './store.ts';
import type { Left } from './time-left.ts';

const AHEAD = [stateCode('waiting'), stateCode('running'), stateCode('to run')];
const RUNNING = stateCode('running');

/** What is left of each stage, with the times of this run, else those on record. */
export function lefts(store: Store, standing: Standing, now: number): Left[] {
  const { tasks, run } = store;
  return tasks!.stages.map((stage, index) => {
    const tally = standing.tallies[index]!;
    const left = AHEAD.reduce((sum, state) => sum + tally[state]!, 0);
    const took = run?.took.get(stage.name);
    const each = took !== undefined && took.tasks > 0 ? took.ms / took.tasks : stage.recorded;
    const scan = stage.axes.find((axis) => axis.scan)?.values.length ?? 1;
    const chains = stage.count / scan;
    let spent = 0;
    if (tally[RUNNING]! > 0)
      for (const [task, { since }] of run!.running)
        if (task >= stage.base && task < stage.base + stage.count) spent += now - since;
    return {
      tasks: left,
      chain: Math.min(left, Math.ceil(left / chains)),
      threads: stage.threads,
      each,
      spent,
    };
  });
}

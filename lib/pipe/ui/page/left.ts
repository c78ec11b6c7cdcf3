import { stateCode } from '../protocol.ts';
import type { Running } from './run-model.ts';
import type { Standing } from './standing.ts';
import type { Store } from './store.ts';
import { expected, type Left, type UnderWay } from './time-left.ts';

const AHEAD = [stateCode('waiting'), stateCode('to run')];

/** What is left of each stage, with the times of this run, else those on record. */
export function lefts(store: Store, standing: Standing, now: number): Left[] {
  const { tasks, run } = store;
  return tasks!.stages.map((stage, index) => {
    const tally = standing.tallies[index]!;
    const waiting = AHEAD.reduce((sum, state) => sum + tally[state]!, 0);
    const under = [...(run?.running ?? [])].flatMap(([task, running]) =>
      task >= stage.base && task < stage.base + stage.count ? [underWay(running, now)] : [],
    );
    const scan = stage.axes.find((axis) => axis.scan)?.values.length ?? 1;
    const most = Math.ceil((waiting + under.length) / (stage.count / scan));
    return {
      waiting,
      chain: Math.min(waiting, Math.max(0, most - (under.length > 0 ? 1 : 0))),
      threads: stage.threads,
      ...expected(under, run?.took.get(stage.name), stage.recorded),
    };
  });
}

function underWay({ since, points }: Running, now: number): UnderWay {
  const last = points.at(-1);
  const known = last !== undefined && last.total > 0 && last.done > 0 && last.done <= last.total;
  return {
    spent: Math.max(0, now - since),
    told: known ? { after: Math.max(0, last.at - since), share: last.done / last.total } : null,
  };
}

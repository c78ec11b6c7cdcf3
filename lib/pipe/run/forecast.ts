import type { Graph } from '../graph/graph.ts';
import type { PlannedTask } from '../plan/plan.ts';
import type { StageForecast } from './event.ts';

/** What a plan comes to, stage by stage. */
export function forecast(graph: Graph, plans: ReadonlyMap<number, PlannedTask>): readonly StageForecast[] {
  const stages = new Map<string, { -readonly [K in keyof StageForecast]: StageForecast[K] }>();
  for (const [index, { plan }] of plans) {
    const { name } = graph.tasks[index]!.stage;
    const sum = stages.get(name) ?? { stage: name, tasks: 0, fresh: 0, restorable: 0, stale: 0, unknown: 0 };
    stages.set(name, sum);
    sum.tasks += 1;
    sum[plan.state] += 1;
  }
  return [...stages.values()];
}

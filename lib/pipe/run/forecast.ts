import type { Graph } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { PlannedTask } from '../plan/plan.ts';
import { thisProcess } from '../store/process-identity.ts';
import type { EventBody, StageForecast } from './event.ts';
import type { RunOptions } from './project.ts';

type RunStarted = Extract<EventBody, { type: 'run-started' }>;

/** What a run says when it begins. */
export async function runStarted(
  run: string,
  { manifest, graph, options }: { manifest: Manifest; graph: Graph; options: RunOptions },
  plans: ReadonlyMap<number, PlannedTask>,
): Promise<RunStarted> {
  return {
    type: 'run-started',
    run,
    profile: manifest.profile,
    tasks: options.selection.size,
    fresh: [...plans.values()].filter(({ plan }) => plan.state === 'fresh').length,
    jobs: options.jobs,
    stages: forecast(graph, plans),
    host: thisProcess().host,
    ...(options.origin && { origin: await options.origin }),
  };
}

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

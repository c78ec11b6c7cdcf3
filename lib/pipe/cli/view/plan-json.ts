import type { Graph } from '../../graph/graph.ts';
import type { TaskPlan } from '../../plan/plan.ts';

/** A plan for other programs: tasks by their names, which mean something outside this process. */
export function planJson(plan: TaskPlan, graph: Graph): object {
  if (plan.state !== 'unknown') return plan;
  return { ...plan, upstream: plan.upstream.map((index) => graph.tasks[index]!.id) };
}

import type { Graph, Task } from '../graph/graph.ts';
import type { Outcome } from './outcome.ts';

/** How the tasks of a run ended so far, by task index; absent while one has not. */
export type Outcomes = ReadonlyMap<number, Outcome>;

/** Pairs (before, after) of tasks that both take part in a run. */
export function orderOf(graph: Graph, taking: ReadonlySet<number>): (readonly [number, number])[] {
  const order: (readonly [number, number])[] = [];
  for (const index of taking) {
    for (const need of graph.tasks[index]!.needs) if (taking.has(need)) order.push([need, index]);
  }
  return order;
}

/** The outcome that failures before a task decide, or stopping; null when it may go on. */
export function forestalled(
  graph: Graph,
  task: Task,
  outcomes: Outcomes,
  stopping: boolean,
): Extract<Outcome, { type: 'skipped' }> | null {
  for (const need of task.needs) {
    const before = outcomes.get(need);
    if (before?.type === 'failed') {
      return { type: 'skipped', reason: 'upstream-failed', upstream: graph.tasks[need]!.id };
    }
    // What waits for a task that was interrupted has not been.
    if (before?.type === 'skipped')
      return before.reason === 'interrupted' ? { type: 'skipped', reason: 'stopped' } : before;
  }
  return stopping ? { type: 'skipped', reason: 'stopped' } : null;
}

export interface Tally {
  readonly ran: number;
  readonly restored: number;
  readonly fresh: number;
  readonly failed: number;
  readonly skipped: number;
}

export function tally(outcomes: Iterable<Outcome>): Tally {
  const counts = { ran: 0, restored: 0, fresh: 0, failed: 0, skipped: 0 };
  for (const outcome of outcomes) counts[outcome.type] += 1;
  return counts;
}

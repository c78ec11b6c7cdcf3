import type { Graph } from '../graph/graph.ts';
import type { TaskPlan } from '../plan/plan.ts';
import type { Reason } from '../plan/reason.ts';
import { reasonKind, reasonText } from './reason.ts';

/** What a run would do with a task, in words that stand in a sentence: `4 to run`. */
export type Verdict = 'to run' | 'may run' | 'to restore' | 'up to date';

export const VERDICTS: readonly Verdict[] = ['to run', 'may run', 'to restore', 'up to date'];

export function verdictOf(plan: TaskPlan): Verdict {
  switch (plan.state) {
    case 'fresh':
      return 'up to date';
    case 'restorable':
      return 'to restore';
    case 'stale':
      return 'to run';
    case 'unknown':
      return plan.reasons.length > 0 ? 'to run' : 'may run';
  }
}

/** Why, for one task. */
export function planReasons(plan: TaskPlan, graph: Graph): string[] {
  switch (plan.state) {
    case 'fresh':
      return [];
    case 'restorable':
    case 'stale':
      return plan.reasons.map((reason) => reasonText(reason, plan.state === 'restorable'));
    case 'unknown':
      return plan.reasons.length > 0
        ? plan.reasons.map((reason) => reasonText(reason))
        : [condition(plan.upstream.map((index) => graph.tasks[index]!.id))];
  }
}

/** Why, in words that tasks of one stage share. */
export function planKind(plan: TaskPlan, graph: Graph): string {
  switch (plan.state) {
    case 'fresh':
      return '';
    case 'restorable':
    case 'stale':
      return kinds(plan.reasons, plan.state === 'restorable');
    case 'unknown':
      return plan.reasons.length > 0
        ? kinds(plan.reasons, false)
        : condition(unique(plan.upstream.map((index) => graph.tasks[index]!.stage.name)));
  }
}

function condition(makers: readonly string[]): string {
  const shown = makers.slice(0, 3);
  const more = makers.length > 3 ? ` or ${makers.length - 3} more` : '';
  const names = more === '' ? alternatives(shown) : shown.join(', ');
  return `if ${names}${more} ${makers.length === 1 ? 'writes' : 'write'} other bytes`;
}

function alternatives(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

function kinds(reasons: readonly Reason[], stored: boolean): string {
  return unique(reasons.map((reason) => reasonKind(reason, stored))).join('; ');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

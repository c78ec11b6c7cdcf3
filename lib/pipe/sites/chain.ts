import { digestOf, type Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { Json } from '../json.ts';
import { openAction, openText, type OpenAction } from '../plan/open-action.ts';
import type { Survey } from '../run/survey.ts';
import { ticketOf } from './make-ticket.ts';
import type { Link } from './protocol.ts';
import type { LinkTicket } from './ticket.ts';

/** The name of a task as a link after the segment before it; null where there is none. */
export function linkBefore(task: Task, survey: Survey): Digest | null {
  const before = previousOf(task, survey);
  const action = before === null ? null : openAction(task, before.index, survey.facts, survey.known);
  return action === null ? null : openOf(action);
}

/** The segments that can be carried out one after another once a task is done, without a word of anybody's. */
export function segmentsAfter(task: Task, survey: Survey): readonly Task[] {
  const { graph, forced } = survey.facts;
  const segments: Task[] = [];
  for (let last = task; ;) {
    const next = last.neededBy
      .map((index) => graph.tasks[index]!)
      .find((each) => previousOf(each, survey)?.index === last.index);
    if (next === undefined || forced(next) || survey.plans.get(next.index)?.plan.state !== 'unknown') break;
    if (openAction(next, last.index, survey.facts, survey.known) === null) break;
    segments.push(next);
    last = next;
  }
  return segments;
}

/** What a job is told of them. */
export function linksOf(first: Task, segments: readonly Task[], survey: Survey): readonly Link[] {
  return segments.map((task, index): Link => {
    const before = (index === 0 ? first : segments[index - 1]!).index;
    const action = openAction(task, before, survey.facts, survey.known)!;
    const ticket: LinkTicket = { ...ticketOf(task, survey), before, action };
    return { task: task.id, open: openOf(action), ticket: ticket as unknown as Json };
  });
}

function openOf(action: OpenAction): Digest {
  return digestOf(openText(action));
}

function previousOf(task: Task, { facts: { graph } }: Survey): Task | null {
  // What a stage comes after may change files that it reads.
  if (task.previous === null || task.stage.after.length > 0) return null;
  const axis = task.stage.scan?.name;
  const all = task.needs.map((index) => graph.tasks[index]!);
  const own = all.filter(({ stage, point }) => stage === task.stage && point[axis!] === task.previous);
  return own.length === 1 ? own[0]! : null;
}
